/**
 * Files that hold secrets: 0600 in folders of 0700, written whole or not at all. Two panels that start at once on one
 * data folder must end with the same secret, so a file is made by linking a finished one into place, never by writing.
 */
import { randomUUID } from 'node:crypto'
import { link, mkdir, open, readFile, rename, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code

/** The file's content, or undefined where there is none. */
export async function readSecretFile(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  }
}

/** The file's content; where it is missing, what `make` answers, unless somebody else was first. */
export async function readOrMakeSecretFile(path: string, make: () => string | Promise<string>): Promise<string> {
  const found = await readSecretFile(path)
  if (found !== undefined) return found
  const temporary = await writeTemporary(path, await make())
  try {
    await link(temporary, path)
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error
  } finally {
    await unlink(temporary)
  }
  return readFile(path, 'utf8')
}

/** Replaces the file at once: a reader sees the old or the new content. */
export async function writeSecretFile(path: string, content: string): Promise<void> {
  await rename(await writeTemporary(path, content), path)
}

async function writeTemporary(path: string, content: string): Promise<string> {
  const dir = dirname(path)
  await mkdir(dir, { recursive: true, mode: 0o700 })
  const temporary = join(dir, `.${randomUUID()}`)
  await using file = await open(temporary, 'wx', 0o600)
  await file.writeFile(content)
  await file.sync()
  return temporary
}
