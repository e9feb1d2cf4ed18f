/** The workflows' view of images' rows. */
import { z } from 'zod'
import { imageSourceSchema } from '@berth/core/agent-contract/agent-commands'
import { AppError, type WireError } from '@berth/core/errors/app-error'
import type { ImageObservation } from '@berth/core/image/image'
import type { DatabaseClient, Prisma, PrismaClient } from '@berth/prisma/client'
import { announce } from '../events/outbox-repo.ts'
import { findImagePlaces, findImageSenders } from '../image/image-place-repo.ts'
import { findOtherCopies, isCopyInUse, type ImageCopy } from '../image/image-copy-repo.ts'
import { requireUnused } from '../image/image-repo.ts'
import type { ImageRecord, ImageRecords, ImageWhereabouts } from './ports.ts'

const plainJsonSchema = z.custom<Prisma.InputJsonObject>((value) => typeof value === 'object')

export class PrismaImageRecords implements ImageRecords {
  readonly #db: PrismaClient

  constructor(db: PrismaClient) {
    this.#db = db
  }

  async find(imageId: string): Promise<ImageRecord | null> {
    const row = await this.#db.image.findUnique({
      where: { id: imageId },
      select: { source: true, replicas: { select: { hostId: true, pool: true } } },
    })
    return row && { imageId, source: imageSourceSchema.parse(row.source), replicas: row.replicas }
  }

  async setReplica(
    imageId: string,
    { hostId, pool, state }: { hostId: string; pool: string; state: 'importing' | 'ready' },
  ): Promise<void> {
    const usedAt = new Date()
    await this.#db.$transaction(async (tx) => {
      await tx.imageReplica.upsert({
        where: { imageId_hostId_pool: { imageId, hostId, pool } },
        create: { imageId, hostId, pool, state, usedAt },
        update: { state, usedAt },
      })
      await announce(tx, { kind: 'image.changed', imageId })
    })
  }

  async setReady(imageId: string, seen: ImageObservation): Promise<void> {
    await this.#change(imageId, {
      state: 'ready',
      kind: seen.kind,
      format: seen.format,
      virtualBytes: BigInt(seen.virtualBytes),
      allocatedBytes: BigInt(seen.allocatedBytes),
      sha256: seen.sha256,
    })
  }

  async setFailed(imageId: string, error: WireError): Promise<void> {
    await this.#change(imageId, { state: 'failed', error: plainJsonSchema.parse(JSON.parse(JSON.stringify(error))) })
  }

  async setDeleting(imageId: string): Promise<void> {
    await this.#db.$transaction(async (tx) => {
      // The lock keeps out the machine that is being made from it right now: its disk's row refers to this one.
      const [image] = await tx.$queryRaw<{ name: string; state: string }[]>`
        SELECT name, state FROM image WHERE id = ${imageId}::uuid FOR UPDATE`
      if (!image || image.state === 'deleting') return
      if (image.state === 'importing') throw new AppError('IMAGE_NOT_READY', `"${image.name}" is still being imported.`)
      await requireUnused(tx, { imageId, name: image.name })
      await tx.image.update({ where: { id: imageId }, data: { state: 'deleting' } })
      await announce(tx, { kind: 'image.changed', imageId })
    })
  }

  async setUndeleted(imageId: string): Promise<void> {
    await this.#db.$transaction(async (tx) => {
      const count = await tx.$executeRaw`
        UPDATE image SET state = CASE WHEN format IS NULL THEN 'failed' ELSE 'ready' END
        WHERE id = ${imageId}::uuid AND state = 'deleting'`
      if (count > 0) await announce(tx, { kind: 'image.changed', imageId })
    })
  }

  async removeReplica(imageId: string, { hostId, pool }: { hostId: string; pool: string }): Promise<void> {
    await this.#db.$transaction(async (tx) => {
      const { count } = await tx.imageReplica.deleteMany({ where: { imageId, hostId, pool } })
      if (count > 0) await announce(tx, { kind: 'image.changed', imageId })
    })
  }

  async whereabouts(imageId: string): Promise<ImageWhereabouts> {
    const image = await this.#db.image.findUnique({ where: { id: imageId }, select: { name: true, sha256: true } })
    if (image === null) throw new AppError('IMAGE_NOT_FOUND', `There is no image ${imageId}.`)
    const [places, senders, leaving] = await Promise.all([
      findImagePlaces(this.#db, imageId),
      findImageSenders(this.#db, imageId),
      this.#db.imageReplica.findMany({
        where: { imageId, state: 'deleting' },
        select: { hostId: true, pool: true },
      }),
    ])
    return { ...image, places, senders, leaving }
  }

  async setForgetting(imageId: string, place: { hostId: string; pool: string }): Promise<void> {
    await this.#db.$transaction(async (tx) => {
      // The lock keeps out the machine that is being made from it right now, and the one that forgets another copy.
      const [image] = await tx.$queryRaw<{ name: string }[]>`
        SELECT name FROM image WHERE id = ${imageId}::uuid FOR UPDATE`
      const copy = await tx.imageReplica.findFirst({ where: { imageId, ...place }, select: { state: true } })
      if (!image || copy?.state !== 'ready') return
      if (await isCopyInUse(tx, { imageId, ...place }))
        throw new AppError('IMAGE_IN_USE', `Machines of its host use "${image.name}" again.`)
      if ((await findOtherCopies(tx, { imageId, ...place })) === 0)
        throw new AppError('IMAGE_IN_USE', `No other host that is online has "${image.name}": this copy is kept.`)
      await this.#setCopyState(tx, { imageId, ...place }, { from: 'ready', to: 'deleting' })
    })
  }

  async setKept(imageId: string, place: { hostId: string; pool: string }): Promise<void> {
    await this.#db.$transaction((tx) =>
      this.#setCopyState(tx, { imageId, ...place }, { from: 'deleting', to: 'ready' }),
    )
  }

  async #setCopyState(
    tx: DatabaseClient,
    { imageId, hostId, pool }: ImageCopy,
    { from, to }: { from: string; to: string },
  ): Promise<void> {
    const where = { imageId, hostId, pool, state: from }
    const { count } = await tx.imageReplica.updateMany({ where, data: { state: to } })
    if (count > 0) await announce(tx, { kind: 'image.changed', imageId })
  }

  async remove(imageId: string): Promise<void> {
    await this.#db.$transaction(async (tx) => {
      const { count } = await tx.image.deleteMany({ where: { id: imageId } })
      if (count > 0) await announce(tx, { kind: 'image.removed', imageId })
    })
  }

  async #change(imageId: string, data: Prisma.ImageUpdateManyMutationInput): Promise<void> {
    await this.#db.$transaction(async (tx) => {
      const { count } = await tx.image.updateMany({ where: { id: imageId }, data })
      if (count > 0) await announce(tx, { kind: 'image.changed', imageId })
    })
  }
}
