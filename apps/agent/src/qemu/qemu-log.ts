/** QEMU's own words: the file that its stdout and stderr go to, over all runs of a machine. */
import type { FileHandle } from 'node:fs/promises'
import { hasErrorCode } from '@berth/core/errors/app-error'
import { lastLines } from '../exec/output-lines.ts'
import { isMissing } from '../storage/durable-files.ts'
import { openPlainFile } from './plain-file.ts'

const keptBytes = 1024 * 1024
const readBytes = 16 * 1024

/** The end of the log, where the next run begins. A log past 1 MiB is emptied: a guest can make QEMU print. */
export async function beginLog(path: string): Promise<number> {
  await using file = await openLog(path, 'write')
  const size = file === undefined ? 0 : (await file.stat()).size
  if (size <= keptBytes) return size
  await file?.truncate(0)
  return 0
}

/** The last lines that were printed after `fromByte`; [] when there is no log, or something else in its place. */
export async function readLastLogLines(path: string, fromByte = 0): Promise<string[]> {
  await using file = await openLog(path, 'read')
  if (file === undefined) return []
  const { size } = await file.stat()
  const start = Math.max(fromByte, size - readBytes)
  if (start >= size) return []
  const { buffer, bytesRead } = await file.read(Buffer.alloc(size - start), 0, size - start, start)
  return lastLines(buffer.subarray(0, bytesRead).toString('utf8'))
}

/** What somebody put in the log's place says nothing, and must not keep a machine from being cleared away. */
export async function openLog(path: string, mode: 'read' | 'write'): Promise<FileHandle | undefined> {
  try {
    return await openPlainFile(path, mode)
  } catch (error) {
    if (isMissing(error) || hasErrorCode(error, 'COMMAND_FAILED')) return undefined
    throw error
  }
}

/**
 * Of a failed start's lines the one that says why, without time stamp, program and the JSON it is about. QEMU prints a
 * hint after it sometimes ("Is another process using the image?"), so it is not always the last.
 */
export function failureLine(lines: readonly string[]): string | undefined {
  const own = lines.findLast((line) => /^\S+Z \S+: /.test(line))
  return own?.replace(/^\S+Z \S+: /, '').replace(/^-\w+ \{.*\}: /, '') ?? lines.at(-1)
}
