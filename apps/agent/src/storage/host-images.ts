/** The images of this host, in whichever of its pools they lie. An overlay's image lies in the overlay's own pool. */
import type { AgentCommandOf } from '@berth/core/agent-contract/agent-commands'
import type { OfferedImage } from '@berth/core/agent-contract/image-commands'
import { AppError } from '@berth/core/errors/app-error'
import type { ImageId } from '@berth/core/ids/ids'
import type { ImageObservation } from '@berth/core/image/image'
import { defaultPoolName } from '@berth/core/storage/volume'
import { fetchImageFile, type ImageReader } from './image-fetch.ts'
import type { ImportRun } from './image-store.ts'
import type { Pool } from './pool.ts'
import type { PoolDirectory } from './pool-directory.ts'

export class HostImages {
  readonly #pools: PoolDirectory

  constructor(pools: PoolDirectory) {
    this.#pools = pools
  }

  /** Where the base of an overlay in `pool` lies, whether or not it is there. */
  path(imageId: ImageId, pool: string = defaultPoolName): string {
    return this.#pools.require(pool).images.path(imageId)
  }

  /** Where the file of a disc lies. Throws IMAGE_NOT_FOUND when none of the pools that are there has it. */
  async isoPath(imageId: ImageId): Promise<string> {
    const { pool } = await this.#find(imageId)
    return pool.images.isoPath(imageId)
  }

  /** Throws IMAGE_NOT_FOUND. */
  async require(imageId: ImageId): Promise<ImageObservation> {
    return (await this.#find(imageId)).image
  }

  /** As it lies in that pool, where an overlay there would find it; undefined where it does not. Throws OBJECT_NOT_FOUND. */
  async inPool(imageId: ImageId, pool: string): Promise<ImageObservation | undefined> {
    return this.#pools.require(pool).images.get(imageId)
  }

  /** Each once, though it may lie in several pools. */
  async list(): Promise<ImageObservation[]> {
    const lists = await Promise.all(this.#pools.usable().map(({ images }) => images.list()))
    return [...new Map(lists.flat().map((image) => [image.imageId, image])).values()]
  }

  async import(command: AgentCommandOf<'image.import'>, run: ImportRun): Promise<ImageObservation> {
    const pool = await this.#pools.requireUsable(command.pool)
    return pool.images.import(command, run)
  }

  /** Idempotent. Throws IMAGE_NOT_FOUND when no other pool has it, and as ImageStore.copyFrom. */
  async copy({ imageId, pool }: AgentCommandOf<'image.copy'>, run: ImportRun): Promise<ImageObservation> {
    const target = await this.#pools.requireUsable(pool)
    const present = await target.images.get(imageId)
    if (present !== undefined) return present
    const source = await this.#find(imageId)
    return target.images.copyFrom(source.pool.images, imageId, run)
  }

  /** What another host would get of it, and where its file lies. Throws IMAGE_NOT_FOUND. */
  async offered(imageId: ImageId, run: ImportRun): Promise<{ image: OfferedImage; path: string }> {
    const { pool } = await this.#find(imageId)
    const image = await pool.images.offered(imageId, run)
    return { image, path: pool.images.filePath(image) }
  }

  /** Idempotent. `read` opens it at the other host; see image-fetch.ts for what it throws. */
  async fetch(
    { pool, image }: AgentCommandOf<'image.fetch'>,
    read: ImageReader,
    run: ImportRun,
  ): Promise<ImageObservation> {
    const target = await this.#pools.requireUsable(pool)
    return target.images.bring(image, run, (to) => fetchImageFile({ ...run, to, image, read }))
  }

  async delete(imageId: ImageId, pool: string = defaultPoolName): Promise<void> {
    await (await this.#pools.requireUsable(pool)).images.delete(imageId)
  }

  /** The host's own pool first. */
  async #find(imageId: ImageId): Promise<{ pool: Pool; image: ImageObservation }> {
    for (const pool of this.#pools.usable()) {
      const image = await pool.images.get(imageId)
      if (image !== undefined) return { pool, image }
    }
    throw new AppError('IMAGE_NOT_FOUND', `Image ${imageId} is not on this host.`)
  }
}
