/** Disks that can be full: memory of a set size in the place of a folder, so that no real disk has to be filled. */
import { mkdir, open, rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from './network-programs.ts'

const tmpfsMagic = 0x01021994
const chunk = Buffer.alloc(1024 * 1024)

/**
 * A file system of that size at `path`, until disposed. An agent in a namespace has the mounts of its start, so it must
 * be there before it.
 */
export async function mountSmallDisk(path: string, sizeBytes: number): Promise<AsyncDisposable> {
  await mkdir(path, { recursive: true })
  await run(['mount', '-t', 'tmpfs', '-o', `size=${sizeBytes},mode=0711`, 'berth-lab', path])
  return { [Symbol.asyncDispose]: async () => void (await run(['umount', '--lazy', path])) }
}

/** Writes until not a byte is left; disposed, the space is there again. Refuses a file system that is not a small disk. */
export async function fillDisk(folder: string): Promise<AsyncDisposable> {
  if ((await statfs(folder)).type !== tmpfsMagic) throw new Error(`${folder} is not on a small disk of the lab`)
  const path = join(folder, '.lab-filler')
  await using file = await open(path, 'w')
  for (let size = chunk.length; size >= 4096;) {
    try {
      await file.write(chunk, 0, size)
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error
      size /= 2
    }
  }
  return { [Symbol.asyncDispose]: () => rm(path, { force: true }) }
}
