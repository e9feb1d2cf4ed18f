/** Network namespaces by name (`ip netns`), and who is in them. */
import { readdir, readFile, readlink, stat, statfs } from 'node:fs/promises'
import { ip } from './network-programs.ts'

export interface LabProcess {
  pid: number
  /** Clock ticks since boot: with the pid, it tells one process from a later one. */
  startTime: number
  argv: string[]
}

const folder = '/run/netns'
const nsfsMagic = 0x6e736673

export async function namespacesOf(prefix: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => [])
  return names.filter((name) => name.startsWith(prefix)).sort()
}

/** A crash between making the file and mounting the namespace on it leaves a file that is none. */
export async function isNamespace(name: string): Promise<boolean> {
  try {
    return (await statfs(`${folder}/${name}`)).type === nsfsMagic
  } catch {
    // There is no such file.
    return false
  }
}

export async function ensureNamespace(name: string): Promise<void> {
  if (await isNamespace(name)) return
  if ((await namespacesOf(name)).includes(name)) await ip('netns', 'delete', name)
  await ip('netns', 'add', name)
  await ip('-n', name, 'link', 'set', 'lo', 'up')
}

/** Links of a namespace by name; of the root namespace without one. */
export async function linksIn(namespace: string | undefined): Promise<Set<string>> {
  const text = await ip(...(namespace === undefined ? [] : ['-n', namespace]), '-o', 'link', 'show')
  const names = text.split('\n').flatMap((line) => /^\d+: ([^:@]+)[:@]/.exec(line)?.[1] ?? [])
  return new Set(names)
}

/** Every process that is in the namespace. */
export async function processesIn(namespace: string): Promise<LabProcess[]> {
  if (!(await isNamespace(namespace))) return []
  const wanted = `net:[${(await stat(`${folder}/${namespace}`)).ino}]`
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const found = await Promise.all(
    pids.map(async (pid) => {
      const own = await readlink(`/proc/${pid}/ns/net`).catch(() => '')
      return own === wanted ? await readProcess(Number(pid)) : undefined
    }),
  )
  return found.filter((one) => one !== undefined)
}

/** Undefined for one that has ended. */
async function readProcess(pid: number): Promise<LabProcess | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
    // The name in parentheses may itself hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined
    const argv = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0')
    return { pid, startTime: Number(fields[19]), argv }
  } catch {
    // It ended while it was looked at.
    return undefined
  }
}

/** Ends exactly this process, if it still is the one. */
export async function kill({ pid, startTime }: LabProcess, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  if ((await readProcess(pid))?.startTime !== startTime) return
  try {
    process.kill(pid, signal)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}
