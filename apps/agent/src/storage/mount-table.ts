/** What the kernel has mounted, as /proc/self/mountinfo says it. Reading it asks no file system: it never hangs. Pure but for the reading. */
import { readFile } from 'node:fs/promises'

export interface Mount {
  readonly path: string
  readonly fileSystem: string
  /** What was mounted, as mount(8) was told: "nas:/srv/berth". */
  readonly source: string
}

/** In the kernel's order: of two at one path the later lies over the earlier. Lines of another shape are left out. */
export function parseMountInfo(text: string): Mount[] {
  return text.split('\n').flatMap((line) => {
    // 36 35 98:0 /root /path options [optional fields…] - type source super-options
    const [front = '', back] = line.split(' - ', 2)
    const path = front.split(' ')[4]
    const [fileSystem, source] = back?.split(' ') ?? []
    if (path === undefined || fileSystem === undefined || source === undefined) return []
    return [{ path: unescape(path), fileSystem, source: unescape(source) }]
  })
}

/** What lies uppermost at the path; undefined for a bare directory. */
export const mountAt = (mounts: readonly Mount[], path: string): Mount | undefined =>
  mounts.findLast((mount) => mount.path === path)

export const readMounts = async (): Promise<Mount[]> => parseMountInfo(await readFile('/proc/self/mountinfo', 'utf8'))

/** Space, tab, newline, backslash and # are written as three octal digits. */
const unescape = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)))
