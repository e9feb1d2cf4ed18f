/** Copies an image's file and reads the copy back: what a machine's disk will lie on is known to be the same, byte by byte. */
import { createReadStream, createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { StepProgress } from '@berth/core/agent-contract/step-report'
import { AppError } from '@berth/core/errors/app-error'
import { formatBytes } from '@berth/core/units/bytes'
import { syncFile } from './durable-files.ts'
import { hashFile } from './image-download.ts'
import { PacedProgress } from './paced-progress.ts'

export interface ImageCopy {
  readonly from: string
  readonly to: string
  /** What `from` is known to be. */
  readonly sha256: string
  readonly signal: AbortSignal
  readonly onProgress: (progress: StepProgress) => void
}

const tellIntervalMs = 250
const chunkBytes = 1 << 20

/** On disk when it resolves. Throws IMAGE_CHECKSUM_MISMATCH, OPERATION_CANCELLED, and what the file system says. */
export async function copyImageFile(copy: ImageCopy): Promise<void> {
  const { to, sha256, signal, onProgress } = copy
  try {
    await copyBytes(copy)
    await syncFile(to)
    onProgress({ share: 0.9, text: 'Checking the copy' })
    const { sha256: found } = await hashFile(to, signal)
    if (found === sha256) return
    throw new AppError('IMAGE_CHECKSUM_MISMATCH', `The copy's sha256 is ${found}, expected was ${sha256}.`, {
      details: { expected: sha256, actual: found },
    })
  } catch (error) {
    if (signal.aborted) throw new AppError('OPERATION_CANCELLED', 'The copy was cancelled.', { cause: error })
    throw error
  }
}

async function copyBytes({ from, to, signal, onProgress }: ImageCopy): Promise<void> {
  const totalBytes = (await stat(from)).size
  using paced = new PacedProgress<number>((bytes) => onProgress(copied(bytes, totalBytes)), tellIntervalMs)
  let bytes = 0
  const count = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      paced.add(bytes)
      done(null, chunk)
    },
  })
  const source = createReadStream(from, { highWaterMark: chunkBytes })
  await pipeline(source, count, createWriteStream(to, { mode: 0o600 }), { signal })
}

const copied = (bytes: number, totalBytes: number): StepProgress => ({
  share: (bytes / Math.max(1, totalBytes)) * 0.9,
  text: `Copying the image, ${formatBytes(bytes)} of ${formatBytes(totalBytes)}`,
})
