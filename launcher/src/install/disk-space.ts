import { existsSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { LauncherError } from '../terminal/launcher-error.ts'

const mebibyte = 1024 * 1024

/** Throws when the file system of `path` (which need not exist yet) has less free; `what` says who needs it. */
export async function requireFreeSpace(path: string, what: { bytes: number; purpose: string }): Promise<void> {
  let dir = path
  while (!existsSync(dir)) dir = dirname(dir)
  const { bavail, bsize } = await statfs(dir)
  const problem = shortageOf(bavail * bsize, what.bytes)
  if (problem) throw new LauncherError(`The disk of ${dir} is full: ${problem} for ${what.purpose}.`)
}

export function shortageOf(freeBytes: number, neededBytes: number): string | undefined {
  if (freeBytes >= neededBytes) return undefined
  return `${Math.floor(freeBytes / mebibyte)} MiB are free, ${Math.ceil(neededBytes / mebibyte)} MiB are needed`
}
