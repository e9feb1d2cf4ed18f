/**
 * Removes what a dead agent left half done in a pool. Called once, when the agent starts and before it takes commands:
 * nothing is in the making then, so whatever is not finished has no owner.
 *
 * What was finished is never touched: volumes, whether or not their machine is known, and images that are known. In a
 * shared pool other hosts are at work meanwhile, so only what bears this host's own id goes.
 */
import { readdir, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { imageIdSchema, type ImageId } from '@berth/core/ids/ids'
import { isMissing } from './durable-files.ts'
import type { PoolLayout } from './pool-layout.ts'

/**
 * Returns the paths that were removed. `usedImages` are those that machines' overlays and CD drives read; 'unknown' where some machine's
 * record cannot be read, and then no image goes.
 */
export async function sweepPool(layout: PoolLayout, usedImages: ReadonlySet<ImageId> | 'unknown'): Promise<string[]> {
  const isUnfinished = (name: string): boolean => name.endsWith(layout.partSuffix)
  const isShared = layout.hostId !== null
  const images = await readdir(layout.images)
  const leftovers = [
    ...images.filter(isUnfinished).map((name) => join(layout.images, name)),
    ...(usedImages === 'unknown' || isShared ? [] : imagesWithoutFacts(images, usedImages)).map((name) =>
      join(layout.images, name),
    ),
    ...(await unfinishedIn(layout.incoming, (name) => name.endsWith('.download'))),
    ...(await unfinishedIn(layout.volumes, (name) => name.startsWith(`.direct-io-${layout.hostId ?? ''}`))),
  ]
  for (const folder of await foldersIn(layout.volumes)) leftovers.push(...(await unfinishedIn(folder, isUnfinished)))
  for (const path of leftovers) await rm(path, { force: true })
  // Another host may just have made one for its first disk.
  return isShared ? leftovers : [...leftovers, ...(await removeEmptyFolders(layout.volumes))]
}

/** An import writes the facts last, a deletion removes them first. */
function imagesWithoutFacts(names: readonly string[], used: ReadonlySet<ImageId>): string[] {
  const known = new Set(names.filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -'.json'.length)))
  return names.flatMap((name) => {
    const id = imageIdSchema.safeParse(name.replace(/\.(qcow2|iso)$/, ''))
    return !name.endsWith('.json') && id.success && !known.has(id.data) && !used.has(id.data) ? [name] : []
  })
}

async function unfinishedIn(folder: string, isLeft: (name: string) => boolean): Promise<string[]> {
  try {
    return (await readdir(folder)).filter(isLeft).map((name) => join(folder, name))
  } catch (error) {
    // A machine's folder that another host has just removed with its last disk.
    if (isMissing(error)) return []
    throw error
  }
}

async function foldersIn(root: string): Promise<string[]> {
  const entries = await readdir(root, { withFileTypes: true })
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(root, name))
}

async function removeEmptyFolders(root: string): Promise<string[]> {
  const removed: string[] = []
  for (const folder of await foldersIn(root)) if (await removeEmptyFolder(folder)) removed.push(folder)
  return removed
}

/** False when something lies in it, or it is not there. */
export async function removeEmptyFolder(path: string): Promise<boolean> {
  try {
    await rmdir(path)
    return true
  } catch (error) {
    if (isMissing(error) || (error instanceof Error && 'code' in error && error.code === 'ENOTEMPTY')) return false
    throw error
  }
}
