/**
 * Files in a run directory, which belongs to QEMU's own unprivileged user: whoever took over a QEMU may have put a link to
 * one of the host's files in their place, and the agent reads as root; or a pipe, which would never end. So a name is
 * opened without following a link and without waiting, and only a regular file is read.
 */
import { constants } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { AppError } from '@berth/core/errors/app-error'

const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_RDWR } = constants

/** Throws ENOENT, and COMMAND_FAILED for anything that is no regular file. Close it (`await using`). */
export async function openPlainFile(path: string, mode: 'read' | 'write' = 'read'): Promise<FileHandle> {
  const file = await openUnfollowed(path, mode === 'read' ? O_RDONLY : O_RDWR)
  if ((await file.stat()).isFile()) return file
  await file.close()
  throw refusal(path)
}

/** All of it. Throws as above, and COMMAND_FAILED beyond `maxBytes`: its writer may go on writing while it is read. */
export async function readPlainFile(path: string, maxBytes: number): Promise<Buffer> {
  await using file = await openPlainFile(path)
  const { size } = await file.stat()
  if (size > maxBytes) throw new AppError('COMMAND_FAILED', `${path} is larger than ${maxBytes} bytes; it is not read.`)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(size), 0, size, 0)
  return buffer.subarray(0, bytesRead)
}

async function openUnfollowed(path: string, access: number): Promise<FileHandle> {
  try {
    return await open(path, access | O_NOFOLLOW | O_NONBLOCK)
  } catch (error) {
    // ELOOP: a link. ENXIO: a socket, or a pipe that nobody reads.
    if (error instanceof Error && 'code' in error && (error.code === 'ELOOP' || error.code === 'ENXIO'))
      throw refusal(path, error)
    throw error
  }
}

const refusal = (path: string, cause?: unknown): AppError =>
  new AppError('COMMAND_FAILED', `${path} is not the plain file that QEMU was given; it is not read.`, { cause })
