import { open, readFile, readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { LauncherError } from '../terminal/launcher-error.ts'
import type { DataPaths } from '../data/data-paths.ts'
import { dim } from '../terminal/stages.ts'

export interface LogOptions {
  names: readonly string[]
  lineCount: number
  follow: boolean
}

interface Tail {
  name: string
  path: string
  /** What was read so far, in bytes. */
  offset: number
}

/** Prints the last lines of the logs, and then what comes, until Ctrl-C. */
export async function showLogs(paths: DataPaths, options: LogOptions): Promise<void> {
  const all = await findLogs(paths)
  if (all.length === 0) throw new LauncherError(`There are no logs: Berth has not run in ${paths.dataDir}.`)
  const unknown = options.names.find((name) => !all.some((log) => log.name === name))
  if (unknown !== undefined) {
    throw new LauncherError(
      `There is no log "${unknown}" in ${paths.logsDir}. There are: ${all.map((log) => log.name).join(', ') || 'none'}`,
    )
  }
  const tails = all.filter((log) => options.names.length === 0 || options.names.includes(log.name))
  const prefixWidth = tails.length > 1 ? Math.max(...tails.map((tail) => tail.name.length)) : 0
  for (const tail of tails) {
    const text = await readFile(tail.path, 'utf8')
    tail.offset = Buffer.byteLength(text)
    print(tail, lastLines(text, options.lineCount), prefixWidth)
  }
  while (options.follow) {
    for (const tail of tails) print(tail, await readNew(tail), prefixWidth)
    await delay(200)
  }
}

async function findLogs(paths: DataPaths): Promise<Tail[]> {
  const names = await readdir(paths.logsDir).catch(() => [])
  const own = names.filter((name) => name.endsWith('.log')).map((name) => join(paths.logsDir, name))
  const logs = own.map((path) => ({ name: basename(path, '.log'), path, offset: 0 }))
  const databaseLog = join(paths.databaseDir, 'server.log')
  const hasDatabase = await stat(databaseLog).then(
    () => true,
    () => false,
  )
  return hasDatabase ? [...logs, { name: 'database', path: databaseLog, offset: 0 }] : logs
}

async function readNew(tail: Tail): Promise<string> {
  await using file = await open(tail.path, 'r')
  const { size } = await file.stat()
  // Shorter than what was read: it was rotated, and begins anew.
  if (size < tail.offset) tail.offset = 0
  const buffer = Buffer.alloc(Math.min(size - tail.offset, 1024 * 1024))
  const { bytesRead } = await file.read(buffer, 0, buffer.length, tail.offset)
  // Up to the last whole line; the rest comes with the next look.
  const end = buffer.subarray(0, bytesRead).lastIndexOf(10) + 1
  tail.offset += end
  return buffer.toString('utf8', 0, end)
}

export function lastLines(text: string, count: number): string {
  const lines = text.replace(/\n$/, '').split('\n')
  return count === 0 || text === '' ? '' : `${lines.slice(-count).join('\n')}\n`
}

function print(tail: Tail, text: string, prefixWidth: number): void {
  if (text === '') return
  if (prefixWidth === 0) {
    process.stdout.write(text)
    return
  }
  const prefix = dim(tail.name.padEnd(prefixWidth) + ' │ ')
  process.stdout.write(text.replace(/^(?=.)/gm, prefix))
}
