/** The real one: this computer's kernel, and QEMU. */
import { readdir, readFile } from 'node:fs/promises'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { runCommand } from '../exec/run-command.ts'
import { spawnDetached } from '../exec/spawn-detached.ts'
import { createHostFacts } from '../host/host-facts.ts'
import { probeAgain, probeHost } from '../host/probe-host.ts'
import { HostProbe } from '../metrics/host-probe.ts'
import { parseNetDev } from '../metrics/network-counters.ts'
import { ProcFile } from '../metrics/proc-files.ts'
import { SeriesFile } from '../metrics/series-file.ts'
import { createNetworks } from '../network/networks.ts'
import { fileSystemSpace } from '../storage/file-system-space.ts'
import type { Hypervisor, ProcessTable } from './hypervisor.ts'

const missing = new Set(['ENOENT', 'ESRCH'])

async function readOf(pid: number, file: 'stat' | 'cmdline'): Promise<string | undefined> {
  try {
    return await readFile(`/proc/${pid}/${file}`, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && missing.has(String(error.code))) return undefined
    throw error
  }
}

const commandLine = async (pid: number): Promise<string[] | undefined> =>
  (await readOf(pid, 'cmdline'))?.split('\0').slice(0, -1)

const processes: ProcessTable = {
  candidates: async () => (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number),
  stat: (pid) => readOf(pid, 'stat'),
  commandLine,
  label: commandLine,
  openStat: (pid, threadId) =>
    new ProcFile(threadId === undefined ? `/proc/${pid}/stat` : `/proc/${pid}/task/${threadId}/stat`),
  signal: (pid, signal) => void process.kill(pid, signal),
}

export const linuxHypervisor: Hypervisor = {
  processes,
  spawn: spawnDetached,
  connect: (path, onread) => connect(onread === undefined ? { path } : { path, onread }),
  runTool: runCommand,
  spaceOf: fileSystemSpace,
  openSeries: (path, shape) => new SeriesFile(path, shape),
  openMeter: () => {
    const probe = new HostProbe()
    let interfaces: ReturnType<typeof parseNetDev> = new Map()
    return {
      interfaces: () => (interfaces = parseNetDev(readFileSync('/proc/net/dev', 'latin1'))),
      sample: (nowMs) => probe.sample(nowMs, interfaces),
      close: () => probe.close(),
    }
  },
  probeHost,
  probeAgain,
  hostFacts: createHostFacts,
  openNetworks: createNetworks,
}
