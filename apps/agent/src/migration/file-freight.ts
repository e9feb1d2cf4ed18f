/**
 * A machine's own files on their way to another host. They hold secrets, so they go from agent to agent and past the panel
 * and every journal. The waiting QEMU has opened files of the same sizes, and reads them only once it runs: so they are
 * filled in their place.
 */
import { open, readFile, truncate } from 'node:fs/promises'
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import { AppError } from '@berth/core/errors/app-error'
import { writeFileDurably } from '../storage/durable-files.ts'

export async function packFile(path: string): Promise<string> {
  return (await promisify(gzip)(await readFile(path))).toString('base64')
}

/** A file of zeros. Made anew: one of an earlier life of the machine here may have another size. */
export async function layOutFile(path: string, bytes: number): Promise<void> {
  await writeFileDurably(path, '', 0o600)
  await truncate(path, bytes)
}

/** Throws INPUT_INVALID for content of another size than the file has, ENOENT where there is none. */
export async function unpackFile(path: string, contentGzip: string): Promise<void> {
  await using file = await open(path, 'r+')
  const { size } = await file.stat()
  const content = await promisify(gunzip)(Buffer.from(contentGzip, 'base64'), { maxOutputLength: size + 1 })
  if (content.length !== size)
    throw new AppError(
      'INPUT_INVALID',
      `A file of ${content.length} bytes came, and this host has made ${size} for it.`,
    )
  await file.write(content, 0, size, 0)
  await file.sync()
}
