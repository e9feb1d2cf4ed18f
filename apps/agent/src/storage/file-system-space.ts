import { statfs } from 'node:fs/promises'
import type { Space } from './pool-space.ts'

/** As the kernel says it. */
export async function fileSystemSpace(path: string): Promise<Space> {
  const fs = await statfs(path)
  return { totalBytes: fs.blocks * fs.bsize, freeBytes: fs.bavail * fs.bsize }
}
