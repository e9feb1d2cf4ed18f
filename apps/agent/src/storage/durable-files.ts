/**
 * Files that are there whole or not at all: written beside their place, synced, renamed, and the directory synced, so
 * that neither a kill nor a power cut leaves half of one under its real name.
 */
import { open, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { AppError } from '@berth/core/errors/app-error'

export async function syncFile(path: string): Promise<void> {
  // To read: a file that is published as read-only cannot be opened to be written, by an agent that is not root.
  await using handle = await open(path, 'r')
  await handle.sync()
}

export async function syncDirectory(path: string): Promise<void> {
  await using handle = await open(path, 'r')
  await handle.sync()
}

/** Gives a finished, still unnamed file its real name. Both paths must be in one file system. */
export async function publishFile(partPath: string, path: string): Promise<void> {
  await syncFile(partPath)
  await rename(partPath, path)
  await syncDirectory(dirname(path))
}

/** Throws POOL_FULL. `partPath` where another host may write the same file at the same time. */
export async function writeFileDurably(
  path: string,
  content: string,
  how: number | { mode: number; partPath: string },
): Promise<void> {
  const { mode, partPath } = typeof how === 'number' ? { mode: how, partPath: `${path}.part` } : how
  try {
    await using handle = await open(partPath, 'w', mode)
    await handle.writeFile(content)
    await handle.sync()
  } catch (error) {
    await removeFile(partPath)
    throw isOutOfSpace(error) ? noSpace(path, error) : error
  }
  await rename(partPath, path)
  await syncDirectory(dirname(path))
}

/** The file's text, or undefined when there is none. */
export async function readFileIfAny(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

export async function removeFile(path: string): Promise<void> {
  await rm(path, { force: true })
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

export const isOutOfSpace = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOSPC'

/** POOL_FULL for a file of the agent's own. */
export const noSpace = (path: string, cause: unknown): AppError =>
  new AppError('POOL_FULL', `There is no space left on the host's own disk, in ${dirname(path)}.`, { cause })
