/**
 * Files that are there whole or not at all: written beside their place, synced, renamed, and the directory synced, so
 * that neither a kill nor a power cut leaves half of one under its real name.
 */
import { open, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

export async function syncFile(path: string): Promise<void> {
  await using handle = await open(path, 'r+')
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

export async function writeFileDurably(path: string, content: string, mode: number): Promise<void> {
  const partPath = `${path}.part`
  {
    await using handle = await open(partPath, 'w', mode)
    await handle.writeFile(content)
    await handle.sync()
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
