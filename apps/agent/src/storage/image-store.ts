/**
 * The images of one pool. An image exists when its facts file does, and that is written last; anything else under its
 * id is the rest of an import that did not end, and the next import with the same id starts over.
 */
import { chmod, constants, copyFile, link, open, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { AgentCommandOf, ImageSource } from '@berth/core/agent-contract/agent-commands'
import type { StepProgress } from '@berth/core/agent-contract/step-report'
import { AppError } from '@berth/core/errors/app-error'
import { imageIdSchema, type ImageId } from '@berth/core/ids/ids'
import { imageObservationSchema, type ImageObservation } from '@berth/core/image/image'
import type { DiskFormat } from '@berth/core/storage/volume'
import type { OfferedImage } from '@berth/core/agent-contract/image-commands'
import { formatBytes } from '@berth/core/units/bytes'
import { copyImageFile } from './copy-image-file.ts'
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
  readonly #bringing = new Map<ImageId, Promise<void>>()

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
    if (text === undefined) return undefined
    const image = imageObservationSchema.parse(JSON.parse(text))
    // Somebody may have taken the file itself away: then it is not here, whatever is known of it.
    return (await fileExists(this.filePath(image))) ? image : undefined
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
    await removeFile(this.#layout.part(this.#layout.image(imageId)))
    await removeFile(this.#layout.iso(imageId))
    await removeFile(this.#layout.part(this.#layout.iso(imageId)))
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
    const partPath = this.#layout.part(path)
    try {
      if (isIso) await this.#takeIso(source, partPath)
      else await this.#convert(source, { format: header.format, to: partPath }, run)
    } catch (error) {
      await removeFile(partPath)
      throw error
    }
    // Machines run under users of their own and share this file: all may read it, nobody may write it.
    await chmod(partPath, 0o444)
    await publishFile(partPath, path)
    const image: ImageObservation = {
      imageId,
      kind: header.kind,
      format: isIso ? 'raw' : 'qcow2',
      virtualBytes: header.virtualBytes,
      allocatedBytes: await allocatedBytes(path),
      sha256: source.sha256,
      fileSha256: isIso ? source.sha256 : null,
    }
    await this.#writeFacts(image)
    return image
  }

  async #writeFacts(image: ImageObservation): Promise<void> {
    const path = this.#layout.imageFacts(image.imageId)
    await writeFileDurably(path, `${JSON.stringify(image)}\n`, { mode: 0o600, partPath: this.#layout.part(path) })
  }

  /** Where the image's file lies in this pool. */
  filePath({ imageId, kind }: Pick<ImageObservation, 'imageId' | 'kind'>): string {
    return kind === 'iso' ? this.#layout.iso(imageId) : this.#layout.image(imageId)
  }

  /** The hash of its file, read once and kept with its facts. */
  async #withFileHash(image: ImageObservation, run: ImportRun): Promise<ImageObservation & { fileSha256: string }> {
    const { fileSha256 } = image
    if (fileSha256 !== null) return { ...image, fileSha256 }
    run.onProgress({ share: null, text: 'Reading the image' })
    const known = { ...image, fileSha256: (await hashFile(this.filePath(image), run.signal)).sha256 }
    await this.#writeFacts(known)
    return known
  }

  /** With what a copy of its file is checked against; the file is read for that once. Throws IMAGE_NOT_FOUND. */
  async offered(imageId: ImageId, run: ImportRun): Promise<OfferedImage> {
    const image = await this.#withFileHash(await this.require(imageId), run)
    return { ...image, fileBytes: (await stat(this.filePath(image))).size }
  }

  /**
   * Brings an image here from another pool of this host, checked by its hash. Idempotent, also where another host does the
   * same in a shared pool: the content is the same, and the name is taken whole. Throws IMAGE_NOT_FOUND, POOL_FULL,
   * IMAGE_CHECKSUM_MISMATCH, OPERATION_CANCELLED.
   */
  copyFrom(other: ImageStore, imageId: ImageId, run: ImportRun): Promise<ImageObservation> {
    return this.#alone(imageId, run, async () => {
      const image = await other.offered(imageId, run)
      const from = other.filePath(image)
      return this.#take(image, (to) => copyImageFile({ from, to, sha256: image.fileSha256, ...run }))
    })
  }

  /** The same from anywhere: `fill` writes the file's bytes, and answers for it that they are those of the image. */
  bring(image: OfferedImage, run: ImportRun, fill: (partPath: string) => Promise<void>): Promise<ImageObservation> {
    return this.#alone(image.imageId, run, () => this.#take(image, fill))
  }

  /** Two machines may want the same image here at once, and there is one half-done file per host: it is brought once. */
  async #alone(
    imageId: ImageId,
    { signal }: ImportRun,
    bring: () => Promise<ImageObservation>,
  ): Promise<ImageObservation> {
    const before = this.#bringing.get(imageId) ?? Promise.resolve()
    const bringing = before.then(async () => {
      if (signal.aborted) throw new AppError('OPERATION_CANCELLED', 'The copy was cancelled.')
      return (await this.get(imageId)) ?? bring()
    })
    const ended = bringing.then(
      () => undefined,
      () => undefined,
    )
    this.#bringing.set(imageId, ended)
    try {
      return await bringing
    } finally {
      if (this.#bringing.get(imageId) === ended) this.#bringing.delete(imageId)
    }
  }

  async #take(
    { fileBytes, ...image }: OfferedImage,
    fill: (partPath: string) => Promise<void>,
  ): Promise<ImageObservation> {
    const path = this.filePath(image)
    const partPath = this.#layout.part(path)
    await this.#trash.makeRoom(fileBytes)
    try {
      await fill(partPath)
      await chmod(partPath, 0o444)
      await publishFile(partPath, path)
    } catch (error) {
      await removeFile(partPath)
      throw error
    }
    const here = { ...image, allocatedBytes: await allocatedBytes(path) }
    await this.#writeFacts(here)
    return here
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
