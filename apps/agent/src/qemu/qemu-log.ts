/** QEMU's own words: the file that its stdout and stderr go to, over all runs of a machine. */
import { open, stat, truncate } from 'node:fs/promises'
import { lastLines } from '../exec/output-lines.ts'

const keptBytes = 1024 * 1024
const readBytes = 16 * 1024

/** The end of the log, where the next run begins. A log past 1 MiB is emptied: a guest can make QEMU print. */
export async function beginLog(path: string): Promise<number> {
  const size = await sizeOf(path)
  if (size <= keptBytes) return size
  await truncate(path, 0)
  return 0
}

/** The last lines that were printed after `fromByte`; [] when there is no log. */
export async function readLastLogLines(path: string, fromByte = 0): Promise<string[]> {
  const size = await sizeOf(path)
  const start = Math.max(fromByte, size - readBytes)
  if (start >= size) return []
  await using file = await open(path)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(size - start), 0, size - start, start)
  return lastLines(buffer.subarray(0, bytesRead).toString('utf8'))
}

/**
 * Of a failed start's lines the one that says why, without time stamp, program and the JSON it is about. QEMU prints a
 * hint after it sometimes ("Is another process using the image?"), so it is not always the last.
 */
export function failureLine(lines: readonly string[]): string | undefined {
  const own = lines.findLast((line) => /^\S+Z \S+: /.test(line))
  return own?.replace(/^\S+Z \S+: /, '').replace(/^-\w+ \{.*\}: /, '') ?? lines.at(-1)
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 0
    throw error
  }
}
