/** The workflows' view of pools' rows. */
import type { PoolObservation } from '@berth/core/storage/volume'
import type { PrismaClient } from '@berth/prisma/client'
import { writeOnePool } from '../agents/host-link-repo.ts'
import { announce } from '../events/outbox-repo.ts'
import { handOverReplicas } from '../image/image-place-repo.ts'
import type { PoolRecords } from './ports.ts'

export class PrismaPoolRecords implements PoolRecords {
  readonly #db: PrismaClient

  constructor(db: PrismaClient) {
    this.#db = db
  }

  async setSeen(hostId: string, pool: PoolObservation): Promise<void> {
    await this.#db.$transaction(async (tx) => {
      await writeOnePool(tx, hostId, pool)
      await announce(tx, { kind: 'host.changed', hostId })
    })
  }

  async removeSeen(hostId: string, { poolId, name }: { poolId: string; name: string }): Promise<void> {
    await this.#db.$transaction(async (tx) => {
      const { count } = await tx.pool.updateMany({ where: { hostId, name, sharedId: poolId }, data: { freeBytes: 0n } })
      if (count === 0) return
      await handOverReplicas(tx, { hostId, pool: name })
      await tx.pool.deleteMany({ where: { hostId, name, sharedId: poolId } })
      await announce(tx, { kind: 'host.changed', hostId })
    })
  }

  async hasOthers(poolId: string, hostId: string): Promise<boolean> {
    return (await this.#db.pool.count({ where: { sharedId: poolId, hostId: { not: hostId } } })) > 0
  }

  async forget(poolId: string): Promise<void> {
    await this.#db.$executeRaw`
      DELETE FROM shared_pool WHERE id = ${poolId}::uuid
        AND NOT EXISTS (SELECT 1 FROM pool WHERE shared_id = ${poolId}::uuid)`
  }
}
