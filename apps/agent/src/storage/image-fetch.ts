/**
 * Reads an image's file from another host's agent: goes on where it broke off while bytes come, and reads what was written
 * once more in the end, so that what a machine's disk will lie on is known to be the same, byte by byte.
 */
import { open, type FileHandle } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import type { OfferedImage } from '@berth/core/agent-contract/image-commands'
import type { StepProgress } from '@berth/core/agent-contract/step-report'
import { AppError, toAppError } from '@berth/core/errors/app-error'
import { MiB, formatBytes } from '@berth/core/units/bytes'
import { isOutOfSpace } from './durable-files.ts'
import { hashFile } from './image-download.ts'
import { PacedProgress } from './paced-progress.ts'
import { TransferRate } from './transfer-rate.ts'

/** Opens the file at the other host, from that byte on. */
export type ImageReader = (fromBytes: number) => Promise<Readable>

export interface ImageFetch {
  readonly to: string
  readonly image: OfferedImage
  readonly read: ImageReader
  readonly signal: AbortSignal
  readonly onProgress: (progress: StepProgress) => void
}

const tellIntervalMs = 250
const maxIdleTries = 3
const retryDelayMs = 1_000
/** What is written goes to the disk in such pieces: one large flush at the end would make the host's guests wait for it. */
const flushBytes = 64 * MiB

/**
 * On disk when it resolves; what it leaves at `to` otherwise is the caller's to remove. Throws IMAGE_DOWNLOAD_FAILED,
 * IMAGE_CHECKSUM_MISMATCH, POOL_FULL, OPERATION_CANCELLED.
 */
export async function fetchImageFile(fetch: ImageFetch): Promise<void> {
  const { to, image, signal, onProgress } = fetch
  try {
    await using file = await open(to, 'w', 0o600)
    await readAll(file, fetch)
    await file.sync()
    onProgress({ share: 0.95, text: 'Checking the image' })
    const { sha256 } = await hashFile(to, signal)
    if (sha256 === image.fileSha256) return
    throw new AppError('IMAGE_CHECKSUM_MISMATCH', `Its sha256 is ${sha256}, expected was ${image.fileSha256}.`, {
      details: { expected: image.fileSha256, actual: sha256 },
    })
  } catch (error) {
    if (signal.aborted) throw new AppError('OPERATION_CANCELLED', 'The copy was cancelled.', { cause: error })
    if (!isOutOfSpace(error)) throw error
    throw new AppError('POOL_FULL', 'The pool ran full while the image came.', { cause: error })
  }
}

async function readAll(file: FileHandle, { image, read, signal, onProgress }: ImageFetch): Promise<void> {
  const rate = new TransferRate()
  using paced = new PacedProgress<number>((bytes) => {
    const bytesPerSecond = rate.add({ atMs: performance.now(), bytes })
    onProgress(arrived(bytes, image.fileBytes, bytesPerSecond))
  }, tellIntervalMs)
  const part = { file, bytes: 0, flushed: 0, tell: (bytes: number) => paced.add(bytes) }
  for (let idleTries = 0; ;) {
    const before = part.bytes
    const failure = await readPiece(part, { image, read })
    if (failure === null) return
    idleTries = part.bytes > before ? 0 : idleTries + 1
    if (signal.aborted || isOutOfSpace(failure)) throw failure
    if (idleTries >= maxIdleTries || isRefusal(failure)) throw brokenOff(part.bytes, image.fileBytes, failure)
    await wait(retryDelayMs, undefined, { signal })
  }
}

interface Part {
  readonly file: FileHandle
  bytes: number
  flushed: number
  readonly tell: (bytes: number) => void
}

/** Null: all of it is there. Else why it ended early. */
async function readPiece(part: Part, { image, read }: Pick<ImageFetch, 'image' | 'read'>): Promise<Error | null> {
  try {
    for await (const chunk of await read(part.bytes)) {
      if (!Buffer.isBuffer(chunk)) continue
      if (part.bytes + chunk.length > image.fileBytes) throw new Error('more came than the file has')
      await part.file.write(chunk, 0, chunk.length, part.bytes)
      part.bytes += chunk.length
      part.tell(part.bytes)
      if (part.bytes - part.flushed < flushBytes) continue
      await part.file.datasync()
      part.flushed = part.bytes
    }
    return part.bytes === image.fileBytes ? null : new Error('it ended early')
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

/** Asked again, it would say the same. */
const isRefusal = (failure: Error): boolean => failure instanceof AppError && failure.code !== 'HOST_UNREACHABLE'

function brokenOff(bytes: number, total: number, cause: unknown): AppError {
  const how = `The other host broke off after ${formatBytes(bytes)} of ${formatBytes(total)}`
  return new AppError('IMAGE_DOWNLOAD_FAILED', `${how}: ${toAppError(cause).message}`, { cause })
}

function arrived(bytes: number, total: number, bytesPerSecond: number | null): StepProgress {
  const speed = bytesPerSecond === null ? '' : `, ${formatBytes(Math.round(bytesPerSecond))}/s`
  return {
    share: (bytes / Math.max(1, total)) * 0.95,
    text: `Bringing the image, ${formatBytes(bytes)} of ${formatBytes(total)}${speed}`,
  }
}
