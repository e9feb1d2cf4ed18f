/** Machines in the database: reads for views and guards, and the writes of accepted requests. */
import type { Prisma, DatabaseClient } from '@berth/prisma/client'
import { violatedUniqueIndex } from '@berth/prisma/database-errors'
import { AppError } from '@berth/core/errors/app-error'
import type { MovePolicy } from '@berth/core/migration/move-policy'
import type { VmView } from '@berth/core/vm/vm-view'
import type { VmSpec } from '@berth/core/vm/vm-spec'
import type { LiveFigures } from '../metrics/live-figures.ts'
import { readVmRows } from './vm-row-repo.ts'
import { vmViewOf } from './vm-view-of.ts'

export interface VmReader {
  readonly db: DatabaseClient
  readonly live: LiveFigures
}

/** Views of living machines, in the order of the ids; those that are gone are left out. */
export async function findVmViews({ db, live }: VmReader, vmIds: readonly string[]): Promise<VmView[]> {
  if (vmIds.length === 0) return []
  const rows = await readVmRows(db, vmIds)
  const byId = new Map(rows.map((row) => [row.id, row]))
  return vmIds.flatMap((id) => {
    const row = byId.get(id)
    return row ? [vmViewOf(row, live.sampleOf(id))] : []
  })
}

/** One machine within an owner's scope (null: everybody's). Throws VM_NOT_FOUND, for foreign ones as for none. */
export async function requireVmView(reader: VmReader, vmId: string, ownerId: string | null): Promise<VmView> {
  const [view] = await findVmViews(reader, [vmId])
  if (view && (ownerId === null || view.owner.userId === ownerId)) return view
  throw vmNotFound(vmId)
}

/** What a guard and a link need of a machine. Throws VM_NOT_FOUND, for foreign ones as for none. */
export async function requireVmHost(db: DatabaseClient, vmId: string, ownerId: string | null) {
  const row = await db.vm.findFirst({
    where: { id: vmId, deletedAt: null, ...(ownerId === null ? {} : { ownerId }) },
    select: { id: true, name: true, hostId: true, ownerEpoch: true },
  })
  if (!row) throw vmNotFound(vmId)
  return row
}

const vmNotFound = (vmId: string): AppError => new AppError('VM_NOT_FOUND', `There is no machine ${vmId}.`)

export interface NewVm {
  readonly vmId: string
  readonly ownerId: string
  readonly imageId: string | null
  readonly hostId: string
  readonly description: string
  readonly tags: readonly string[]
  readonly isProtected: boolean
  /** Without the password: that one comes sealed. */
  readonly spec: VmSpec
  readonly sealedSecrets: Uint8Array<ArrayBuffer> | null
}

const wishSelect = {
  spec: true,
  description: true,
  tags: true,
  isProtected: true,
  imageId: true,
} satisfies Prisma.VmSelect
export type VmWish = Prisma.VmGetPayload<{ select: typeof wishSelect }>

/** What a machine was asked to be, also of one that is gone. Null for a foreign one as for none. */
export async function findVmWish(db: DatabaseClient, vmId: string, ownerId: string | null): Promise<VmWish | null> {
  const where = { id: vmId, ...(ownerId === null ? {} : { ownerId }) }
  return db.vm.findFirst({ where, select: wishSelect })
}

/** Writes a machine and its planned volumes. Throws NAME_TAKEN when another living machine has the name. */
export async function insertVm(db: DatabaseClient, vm: NewVm): Promise<void> {
  try {
    await db.vm.create({
      data: {
        id: vm.vmId,
        name: vm.spec.name,
        description: vm.description,
        tags: [...vm.tags],
        ownerId: vm.ownerId,
        imageId: vm.imageId,
        hostId: vm.hostId,
        isProtected: vm.isProtected,
        spec: vm.spec,
        sealedSecrets: vm.sealedSecrets,
        desiredPower: vm.spec.desiredPower,
        volumes: {
          create: vm.spec.disks.map((disk) => ({
            id: disk.volumeId,
            hostId: vm.hostId,
            pool: disk.pool,
            format: disk.format,
            sizeBytes: BigInt(disk.sizeBytes),
            backingImageId: disk.source.kind === 'image' && disk.source.mode === 'overlay' ? disk.source.imageId : null,
          })),
        },
      },
    })
  } catch (error) {
    throw namedWriteError(error, vm.spec.name)
  }
}

/** Two machines racing for one name: the index decides, and the loser is told so. */
export function namedWriteError(error: unknown, name: string): unknown {
  if (violatedUniqueIndex(error) !== 'vm_name_key') return error
  return new AppError('NAME_TAKEN', `Another machine is already named "${name}".`, { details: { name }, cause: error })
}

export interface VmChange {
  readonly name?: string | undefined
  readonly description?: string | undefined
  readonly tags?: readonly string[] | undefined
  readonly isProtected?: boolean | undefined
  readonly movePolicy?: MovePolicy | undefined
  readonly spec?: VmSpec | undefined
}

/** Applies a change where the revision is still the expected one; a new spec raises it. Throws REVISION_CONFLICT. */
export async function changeVm(
  db: DatabaseClient,
  target: { vmId: string; revision: number },
  change: VmChange,
): Promise<void> {
  const data = {
    ...(change.name === undefined ? {} : { name: change.name }),
    ...(change.description === undefined ? {} : { description: change.description }),
    ...(change.tags === undefined ? {} : { tags: [...change.tags] }),
    ...(change.isProtected === undefined ? {} : { isProtected: change.isProtected }),
    ...(change.movePolicy === undefined ? {} : { movePolicy: change.movePolicy }),
    ...(change.spec === undefined ? {} : { spec: change.spec, revision: { increment: 1 } }),
  } satisfies Prisma.VmUpdateManyMutationInput
  const where = { id: target.vmId, revision: target.revision, deletedAt: null }
  const { count } = await db.vm.updateMany({ where, data }).catch((error: unknown) => {
    throw namedWriteError(error, change.name ?? change.spec?.name ?? '')
  })
  if (count === 0) throw new AppError('REVISION_CONFLICT', 'The machine was changed by somebody else meanwhile.')
}
