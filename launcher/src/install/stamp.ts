/** A stamp is a small file that says from which inputs something was made: equal stamp, nothing to do. */
import { createHash } from 'node:crypto'
import { readFile, readdir, rename, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const skipped = /^(node_modules|\.next|generated|out|results|.*\.test\.tsx?|.*\.md|next-env\.d\.ts|.*\.tsbuildinfo)$/

/** Hash over names and contents of files and whole folders. What is not there counts as such. Tests and texts do not count. */
export async function hashInputs(base: string, paths: readonly string[]): Promise<string> {
  const hash = createHash('sha256')
  for (const path of paths) await addToHash(hash, base, path)
  return hash.digest('hex')
}

async function addToHash(hash: ReturnType<typeof createHash>, base: string, path: string): Promise<void> {
  const full = join(base, path)
  const found = await stat(full).catch(() => undefined)
  if (!found) {
    hash.update(`${path}\0absent\0`)
    return
  }
  if (!found.isDirectory()) {
    hash.update(`${path}\0${found.size}\0`).update(await readFile(full))
    return
  }
  const names = (await readdir(full)).filter((name) => !skipped.test(name)).sort()
  for (const name of names) await addToHash(hash, base, join(path, name))
}

export async function hasStamp(path: string, stamp: string): Promise<boolean> {
  try {
    return (await readFile(path, 'utf8')).trim() === stamp
  } catch {
    // No stamp: not made yet, or not to the end.
    return false
  }
}

/** Replaces the file in one step, readable by its owner only. */
export async function writeWhole(path: string, text: string): Promise<void> {
  const partial = `${path}.${process.pid}.part`
  await writeFile(partial, text, { mode: 0o600 })
  await rename(partial, path)
}
