/** The workflows' view of images' rows. */
import { z } from 'zod'
import { imageSourceSchema } from '@berth/core/agent-contract/agent-commands'
import { AppError, type WireError } from '@berth/core/errors/app-error'
import type { ImageObservation } from '@berth/core/image/image'
import type { Prisma, PrismaClient } from '@berth/prisma/client'
import { announce } from '../events/outbox-repo.ts'
import { requireUnused } from '../image/image-repo.ts'
import type { ImageRecord, ImageRecords } from './ports.ts'

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
    await this.#db.imageReplica.upsert({
      where: { imageId_hostId_pool: { imageId, hostId, pool } },
      create: { imageId, hostId, pool, state },
      update: { state },
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
    await this.#db.imageReplica.deleteMany({ where: { imageId, hostId, pool } })
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
