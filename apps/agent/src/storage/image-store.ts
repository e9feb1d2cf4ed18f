/**
 * The images of one pool. An image exists when its facts file does, and that is written last; anything else under its
 * id is the rest of an import that did not end, and the next import with the same id starts over.
 */
import { constants, copyFile, link, open, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { AgentCommandOf, ImageSource } from '@berth/core/agent-contract/agent-commands'
import type { StepProgress } from '@berth/core/agent-contract/step-report'
import { AppError } from '@berth/core/errors/app-error'
import { imageIdSchema, type ImageId } from '@berth/core/ids/ids'
import { imageObservationSchema, type ImageObservation } from '@berth/core/image/image'
import type { DiskFormat } from '@berth/core/storage/volume'
import { formatBytes } from '@berth/core/units/bytes'
import { chmod } from 'node:fs/promises'
import { isMissing, publishFile, readFileIfAny, removeFile, writeFileDurably } from './durable-files.ts'
import { downloadImage, hashFile, type DownloadedFile } from './image-download.ts'
import { headerBytes, inspectImageHeader } from './image-header.ts'
import type { PoolLayout } from './pool-layout.ts'
import { allocatedBytes } from './pool-space.ts'
import type { PoolTrash } from './pool-trash.ts'
import { convertUntrusted } from './qemu-img.ts'
import { TransferRate } from './transfer-rate.ts'

export interface ImportRun {
  signal: AbortSignal
  onProgress: (progress: StepProgress) => void
}

export class ImageStore {
  readonly #layout: PoolLayout
  readonly #trash: PoolTrash
  readonly #mayReachLoopback: boolean

  constructor(layout: PoolLayout, options: { trash: PoolTrash; mayReachLoopback: boolean }) {
    this.#layout = layout
    this.#trash = options.trash
    this.#mayReachLoopback = options.mayReachLoopback
  }

  /** Where its file lies, whether or not it is there. */
  path(imageId: ImageId): string {
    return this.#layout.image(imageId)
  }

  /** Where the file of a disc lies, whether or not it is there. */
  isoPath(imageId: ImageId): string {
    return this.#layout.iso(imageId)
  }

  /** What is known of an image that is here, or undefined. */
  async get(imageId: ImageId): Promise<ImageObservation | undefined> {
    const text = await readFileIfAny(this.#layout.imageFacts(imageId))
    return text === undefined ? undefined : imageObservationSchema.parse(JSON.parse(text))
  }

  async require(imageId: ImageId): Promise<ImageObservation> {
    const image = await this.get(imageId)
    if (image === undefined) throw new AppError('IMAGE_NOT_FOUND', `Image ${imageId} is not on this host.`)
    return image
  }

  /** Those whose facts can be read: one damaged file must not keep the host from telling all else. */
  async list(): Promise<ImageObservation[]> {
    const names = await readdir(this.#layout.images)
    const ids = names.flatMap((name) => {
      const id = imageIdSchema.safeParse(name.replace(/\.json$/, ''))
      return name.endsWith('.json') && id.success ? [id.data] : []
    })
    const found = await Promise.allSettled(ids.map((id) => this.get(id)))
    return found.flatMap((each) => (each.status === 'fulfilled' && each.value !== undefined ? [each.value] : []))
  }

  /** Idempotent: an image that is here already is answered as it is. */
  async import(command: AgentCommandOf<'image.import'>, run: ImportRun): Promise<ImageObservation> {
    const present = await this.get(command.imageId)
    if (present !== undefined) return present
    const { source, isOurs } = await this.#fetch(command, run)
    try {
      return await this.#keep(command.imageId, { ...source, isOurs }, run)
    } finally {
      // A file that somebody put into `incoming` stays until its import has succeeded, so that it can be tried again.
      if (isOurs) await removeFile(source.path)
    }
  }

  async delete(imageId: ImageId): Promise<void> {
    await removeFile(this.#layout.imageFacts(imageId))
    await removeFile(this.#layout.image(imageId))
    await removeFile(this.#layout.download(imageId))
    await removeFile(`${this.#layout.image(imageId)}.part`)
    await removeFile(this.#layout.iso(imageId))
    await removeFile(`${this.#layout.iso(imageId)}.part`)
  }

  async #fetch(
    command: AgentCommandOf<'image.import'>,
    run: ImportRun,
  ): Promise<{ source: DownloadedFile & { path: string }; isOurs: boolean }> {
    if (command.source.kind === 'incoming') {
      const { fileName } = command.source
      const path = join(this.#layout.incoming, fileName)
      run.onProgress({ share: null, text: 'Reading the file' })
      const file = await hashFile(path, run.signal).catch((error: unknown) => {
        throw isMissing(error)
          ? new AppError('OBJECT_NOT_FOUND', `There is no file "${fileName}" in the incoming folder.`)
          : error
      })
      checkSum(command.source, file)
      return { source: { ...file, path }, isOurs: false }
    }
    const path = this.#layout.download(command.imageId)
    const rate = new TransferRate()
    try {
      const file = await downloadImage({
        url: command.source.url,
        path,
        signal: run.signal,
        mayReachLoopback: this.#mayReachLoopback,
        makeRoom: (bytes) => this.#trash.makeRoom(bytes),
        onProgress: (bytes, total) => {
          const bytesPerSecond = rate.add({ atMs: performance.now(), bytes })
          run.onProgress(downloadProgress({ bytes, total, bytesPerSecond }))
        },
      })
      checkSum(command.source, file)
      return { source: { ...file, path }, isOurs: true }
    } catch (error) {
      await removeFile(path)
      throw error
    }
  }

  async #keep(imageId: ImageId, source: SourceFile, run: ImportRun): Promise<ImageObservation> {
    const header = inspectImageHeader(await readHead(source.path), source.bytes)
    const isIso = header.kind === 'iso'
    const path = isIso ? this.#layout.iso(imageId) : this.#layout.image(imageId)
    const partPath = `${path}.part`
    try {
      if (isIso) await this.#takeIso(source, partPath)
      else await this.#convert(source, { format: header.format, to: partPath }, run)
    } catch (error) {
      await removeFile(partPath)
      throw error
    }
    // Machines run under users of their own and share this file: all may read it, nobody may write it.
    await chmod(partPath, 0o444)
    await publishReadOnly(partPath, path)
    const image: ImageObservation = {
      imageId,
      kind: header.kind,
      format: isIso ? 'raw' : 'qcow2',
      virtualBytes: header.virtualBytes,
      allocatedBytes: await allocatedBytes(path),
      sha256: source.sha256,
    }
    await writeFileDurably(this.#layout.imageFacts(imageId), `${JSON.stringify(image)}\n`, 0o600)
    return image
  }

  async #convert(source: SourceFile, target: { format: DiskFormat; to: string }, run: ImportRun): Promise<void> {
    await this.#trash.makeRoom(source.bytes)
    await convertUntrusted({
      ...target,
      from: source.path,
      fileBytes: source.bytes,
      signal: run.signal,
      onProgress: (share) =>
        run.onProgress({ share: 0.9 + share * 0.1, text: `Converting, ${Math.round(share * 100)} %` }),
    })
  }

  /** As it came, byte by byte: no program looks into it here, and guests get it as raw bytes. */
  async #takeIso(source: SourceFile, partPath: string): Promise<void> {
    await removeFile(partPath)
    if (source.isOurs) return link(source.path, partPath)
    await this.#trash.makeRoom(source.bytes)
    // A copy, for whoever put the file there may write to it later.
    await copyFile(source.path, partPath, constants.COPYFILE_FICLONE)
  }
}

type SourceFile = DownloadedFile & { path: string; isOurs: boolean }

async function publishReadOnly(partPath: string, path: string): Promise<void> {
  await removeFile(path)
  await publishFile(partPath, path)
}

interface DownloadStanding {
  bytes: number
  total: number | null
  bytesPerSecond: number | null
}

function downloadProgress({ bytes, total, bytesPerSecond }: DownloadStanding): StepProgress {
  const size = total === null ? formatBytes(bytes) : `${formatBytes(bytes)} of ${formatBytes(total)}`
  const speed = bytesPerSecond === null ? '' : `, ${formatBytes(Math.round(bytesPerSecond))}/s`
  return {
    share: total === null ? null : (bytes / Math.max(1, total)) * 0.9,
    text: `Downloading, ${size}${speed}`,
  }
}

function checkSum(source: ImageSource, file: DownloadedFile): void {
  if (source.checksum === null) return
  const [algorithm, expected] = source.checksum.split(':')
  const actual = algorithm === 'sha512' ? file.sha512 : file.sha256
  if (actual === expected) return
  throw new AppError(
    'IMAGE_CHECKSUM_MISMATCH',
    `Its ${algorithm ?? 'checksum'} is ${actual}, expected was ${expected ?? ''}.`,
    {
      details: { expected: source.checksum, actual: `${algorithm ?? ''}:${actual}` },
    },
  )
}

/** O_NOFOLLOW and the check for a regular file: a link or a device in `incoming` would be read as the host's root. */
async function readHead(path: string): Promise<Buffer> {
  await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  if (!(await file.stat()).isFile()) throw new AppError('IMAGE_UNSAFE', 'The source is not a regular file.')
  const head = Buffer.alloc(headerBytes)
  const { bytesRead } = await file.read(head, 0, headerBytes, 0)
  return head.subarray(0, bytesRead)
}

export async function fileExists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: unknown) => {
      if (isMissing(error)) return false
      throw error
    },
  )
}
