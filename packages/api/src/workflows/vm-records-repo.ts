/** The workflows' view of machines' rows. Each change is one statement that finds itself done when it is repeated. */
import type { VmSighting } from '@berth/core/agent-contract/step-report'
import { AppError } from '@berth/core/errors/app-error'
import type { MovedDisk } from '@berth/core/migration/disk-plan'
import { specAfterMove } from '@berth/core/migration/move-disks'
import { vmSpecSchema, type VmSpec } from '@berth/core/vm/vm-spec'
import type { Prisma, PrismaClient } from '@berth/prisma/client'
import { isDatabaseUnavailable } from '@berth/prisma/database-errors'
import { writeObservation } from '../agents/vm-observed-repo.ts'
import type { SecretBox } from '../auth/secret-box.ts'
import { announce } from '../events/outbox-repo.ts'
import { withSecrets } from '../vm/vm-secrets.ts'
import type { VmOwner, VmRecord, VmRecords } from './ports.ts'

const lifecycles = ['creating', 'present', 'deleting'] as const

export class PrismaVmRecords implements VmRecords {
  readonly #db: PrismaClient
  readonly #box: SecretBox

  constructor(db: PrismaClient, box: SecretBox) {
    this.#db = db
    this.#box = box
  }

  async find(vmId: string): Promise<VmRecord | null> {
    const row = await this.#db.vm.findFirst({ where: { id: vmId, deletedAt: null } })
    if (row === null) return null
    const { hostId, ownerEpoch, revision, sealedSecrets } = row
    const lifecycle = lifecycles.find((each) => each === row.lifecycle)
    if (hostId === null || lifecycle === undefined) throw new AppError('INTERNAL', `Machine ${vmId} has no host.`)
    const parked = { spec: vmSpecSchema.parse(row.spec), sealedSecrets }
    return { vmId, hostId, ownerEpoch, revision, lifecycle, spec: withSecrets(this.#box, vmId, parked) }
  }

  async setDesiredPower(vmId: string, power: 'on' | 'off'): Promise<void> {
    await this.#change(
      vmId,
      (tx) => tx.$executeRaw`
        UPDATE vm SET desired_power = ${power}, revision = revision + 1,
          spec = jsonb_set(spec, '{desiredPower}', to_jsonb(${power}::text))
        WHERE id = ${vmId}::uuid AND deleted_at IS NULL
          AND (desired_power <> ${power} OR spec->>'desiredPower' <> ${power})`,
    )
  }

  async setLifecycle(vmId: string, lifecycle: 'creating' | 'present' | 'deleting'): Promise<void> {
    await this.#change(vmId, async (tx) => {
      const where = { id: vmId, deletedAt: null, lifecycle: { not: lifecycle } }
      return (await tx.vm.updateMany({ where, data: { lifecycle } })).count
    })
  }

  async setVolumesReady(vmId: string): Promise<void> {
    await this.#db.volume.updateMany({ where: { vmId, state: 'planned' }, data: { state: 'ready' } })
  }

  async setVolumeSize(volumeId: string, sizeBytes: number): Promise<void> {
    await this.#db.volume.updateMany({ where: { id: volumeId }, data: { sizeBytes: BigInt(sizeBytes) } })
  }

  async setDiskPool(vmId: string, { volumeId, pool }: { volumeId: string; pool: string }): Promise<void> {
    await this.#change(vmId, async (tx) => {
      const [row] = await tx.$queryRaw<{ spec: unknown; hostId: string | null }[]>`
        SELECT spec, host_id AS "hostId" FROM vm WHERE id = ${vmId}::uuid AND deleted_at IS NULL FOR UPDATE`
      const spec = vmSpecSchema.safeParse(row?.spec).data
      if (spec?.disks.find((disk) => disk.volumeId === volumeId)?.pool === pool) return 0
      if (row === undefined || spec === undefined) return 0
      const disks = spec.disks.map((disk) => (disk.volumeId === volumeId ? { ...disk, pool } : disk))
      const text = JSON.stringify({ ...spec, disks })
      await tx.$executeRaw`UPDATE vm SET spec = ${text}::jsonb, revision = revision + 1 WHERE id = ${vmId}::uuid`
      await tx.volume.updateMany({ where: { id: volumeId, vmId }, data: { pool } })
      if (row.hostId !== null) await announce(tx, { kind: 'host.changed', hostId: row.hostId })
      return 1
    })
  }

  async restoreSpec(vmId: string, spec: VmSpec): Promise<void> {
    const text = JSON.stringify(spec)
    await this.#change(vmId, async (tx) => {
      const rows = await tx.$queryRaw<{ discId: string | null }[]>`
        UPDATE vm SET spec = ${text}::jsonb, name = ${spec.name}, desired_power = ${spec.desiredPower},
          revision = vm.revision + 1
        FROM (SELECT id, spec->'cdrom'->>'imageId' AS disc FROM vm WHERE id = ${vmId}::uuid FOR UPDATE) before
        WHERE vm.id = before.id AND deleted_at IS NULL AND spec <> ${text}::jsonb
        RETURNING before.disc AS "discId"`
      if (rows.length > 0) await announceImages(tx, [rows[0]?.discId, spec.cdrom?.imageId])
      return rows.length
    })
  }

  async setObserved(hostId: string, sighting: VmSighting): Promise<void> {
    try {
      await writeObservation(this.#db, { hostId, ...sighting })
    } catch (error) {
      // The host has done its work: that must not count as a failed step, and the stream tells the same again.
      if (!isDatabaseUnavailable(error)) throw error
    }
  }

  async setOwner(vmId: string, { hostId, epoch, disks = [] }: VmOwner): Promise<void> {
    await this.#db.$transaction(async (tx) => {
      const [row] = await tx.$queryRaw<{ formerHostId: string | null }[]>`
        UPDATE vm SET host_id = ${hostId}::uuid, owner_epoch = ${epoch}
        FROM (SELECT id, host_id FROM vm WHERE id = ${vmId}::uuid FOR UPDATE) former
        WHERE vm.id = former.id AND deleted_at IS NULL AND owner_epoch < ${epoch}
        RETURNING former.host_id AS "formerHostId"`
      if (row === undefined) return
      await writeMovedDisks(tx, vmId, disks)
      await announce(tx, { kind: 'vm.changed', vmId })
      if (row.formerHostId === null || row.formerHostId === hostId) return
      await tx.volume.updateMany({ where: { vmId, hostId: row.formerHostId }, data: { hostId } })
      // Below all that the new owner may say, and above all that the former one still does.
      await tx.vmObserved.updateMany({
        where: { vmId, epoch: { lt: epoch } },
        data: { hostId, epoch, generation: -1 },
      })
      await announce(tx, ...[row.formerHostId, hostId].map((id) => ({ kind: 'host.changed', hostId: id }) as const))
    })
  }

  async remove(vmId: string): Promise<void> {
    await this.#db.$transaction(async (tx) => {
      await tx.volume.deleteMany({ where: { vmId } })
      await tx.vmObserved.deleteMany({ where: { vmId } })
      const [removed] = await tx.$queryRaw<{ imageId: string | null; discId: string | null }[]>`
        UPDATE vm SET deleted_at = now(), sealed_secrets = NULL WHERE id = ${vmId}::uuid AND deleted_at IS NULL
        RETURNING image_id AS "imageId", spec->'cdrom'->>'imageId' AS "discId"`
      if (!removed) return
      await announce(tx, { kind: 'vm.removed', vmId })
      await announceImages(tx, [removed.imageId, removed.discId])
    })
  }

  async #change(vmId: string, change: (tx: Prisma.TransactionClient) => Promise<number>): Promise<void> {
    await this.#db.$transaction(async (tx) => {
      if ((await change(tx)) > 0) await announce(tx, { kind: 'vm.changed', vmId })
    })
  }
}

/** A new revision of the spec, since its host must be told the pools; the volumes' rows say the same. */
async function writeMovedDisks(tx: Prisma.TransactionClient, vmId: string, moved: readonly MovedDisk[]): Promise<void> {
  if (moved.length === 0) return
  const { spec } = await tx.vm.findUniqueOrThrow({ where: { id: vmId }, select: { spec: true } })
  const text = JSON.stringify(specAfterMove(vmSpecSchema.parse(spec), moved))
  await tx.$executeRaw`UPDATE vm SET spec = ${text}::jsonb, revision = revision + 1 WHERE id = ${vmId}::uuid`
  for (const { volumeId, pool, base } of moved) {
    const data = { pool, backingImageId: base.kind === 'image' ? base.imageId : null }
    const [row] = await tx.volume.updateManyAndReturn({ where: { id: volumeId, vmId }, data, select: { id: true } })
    if (row === undefined) throw new AppError('INTERNAL', `Volume ${volumeId} of machine ${vmId} has no row.`)
  }
}

/** One more or one less holds them: their pages say whether they can be deleted. */
async function announceImages(
  tx: Prisma.TransactionClient,
  ids: readonly (string | null | undefined)[],
): Promise<void> {
  for (const imageId of new Set(ids)) if (imageId) await announce(tx, { kind: 'image.changed', imageId })
}
