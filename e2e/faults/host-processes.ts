/** What runs on this computer, read from /proc alone. */
import { readFile, readdir, readlink } from 'node:fs/promises'
import { join } from 'node:path'

export interface HostProcess {
  pid: number
  /** Clock ticks since boot: with the pid, it tells one process from a later one. */
  startTime: number
  argv: string[]
  environment: string[]
}

/** Every process whose command line or environment names `mark`. */
export async function findProcesses(mark: string): Promise<HostProcess[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  const found = await Promise.all(pids.map(readProcess))
  return found.flatMap((one) =>
    one && [...one.argv, ...one.environment].some((text) => text.includes(mark)) ? [one] : [],
  )
}

export async function readProcess(pid: number): Promise<HostProcess | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined
    return {
      pid,
      startTime: Number(fields[19]),
      argv: await readNulList(`/proc/${pid}/cmdline`),
      environment: await readNulList(`/proc/${pid}/environ`),
    }
  } catch {
    // It ended while it was looked at, or belongs to somebody else.
    return undefined
  }
}

const readNulList = async (path: string): Promise<string[]> => (await readFile(path, 'utf8')).split('\0')

/** It stands still until the handle is disposed; once it has ended, that does nothing. */
export function freeze(pid: number): Disposable {
  process.kill(pid, 'SIGSTOP')
  return {
    [Symbol.dispose]: () => {
      try {
        process.kill(pid, 'SIGCONT')
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
      }
    },
  }
}

/** TCP ports that the process listens on. */
export async function listeningPorts(pid: number): Promise<number[]> {
  const dir = `/proc/${pid}/fd`
  const names = await readdir(dir).catch(() => [])
  const targets = await Promise.all(names.map((name) => readlink(join(dir, name)).catch(() => '')))
  const tables = await Promise.all(['tcp', 'tcp6'].map((name) => readFile(`/proc/net/${name}`, 'utf8').catch(() => '')))
  return tables
    .flatMap((table) => table.split('\n'))
    .flatMap((line) => {
      const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/)
      const isOurs = state === '0A' && targets.includes(`socket:[${inode}]`)
      return isOurs ? [Number.parseInt(local.split(':')[1] ?? '', 16)] : []
    })
}
