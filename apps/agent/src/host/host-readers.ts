/** Parsers of the files in which Linux describes a computer. Pure; each takes the file's text. */

/** PRETTY_NAME of /etc/os-release, as "Debian GNU/Linux 12 (bookworm)". */
export function parseOsName(osRelease: string): string {
  const line = /^PRETTY_NAME=(.*)$/m.exec(osRelease)?.[1] ?? 'Linux'
  return line.replace(/^(["'])(.*)\1$/, '$2')
}

export interface CpuInfo {
  readonly model: string
  readonly count: number
}

/** /proc/cpuinfo: x86 names the model per processor, other architectures may not name it at all. */
export function parseCpuInfo(cpuInfo: string): CpuInfo {
  const model = /^(?:model name|Model|Hardware)\s*:\s*(.+)$/m.exec(cpuInfo)?.[1]?.trim() ?? 'unknown processor'
  return { model, count: cpuInfo.match(/^processor\s*:/gm)?.length ?? 1 }
}

/** Bytes of a line of /proc/meminfo, which has kB; undefined when it has no such line. */
export function readMeminfoBytes(memInfo: string, name: 'MemTotal' | 'MemAvailable'): number | undefined {
  const kib = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(memInfo)?.[1]
  return kib === undefined ? undefined : Number(kib) * 1024
}

/** `btime` of /proc/stat: when the kernel started, in ms since 1970. */
export function parseBootTimeMs(stat: string): number {
  const seconds = /^btime (\d+)$/m.exec(stat)?.[1]
  if (seconds === undefined) throw new TypeError('/proc/stat has no btime')
  return Number(seconds) * 1000
}
