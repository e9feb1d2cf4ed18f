/** The rows of hosts that are emptied, and the flag of those that take nothing new. */
import { AppError } from '@berth/core/errors/app-error'
import {
  drainChoiceSchema,
  drainItemStateSchema,
  drainViewSchema,
  type DrainChoice,
  type DrainView,
} from '@berth/core/maintenance/drain'
import { Prisma, type DatabaseClient, type PrismaClient } from '@berth/prisma/client'
import { announce } from '../events/outbox-repo.ts'
import { announceOperation } from '../operation/operation-accept-repo.ts'
import type { DrainItem, DrainState } from './drain-state.ts'

export interface NewDrain {
  readonly operationId: string
  readonly hostId: string
  readonly hostName: string
  readonly items: readonly { readonly vmId: string; readonly name: string; readonly choice: DrainChoice }[]
}

/** Closes the host in the same transaction. */
export async function insertDrain(
  tx: DatabaseClient,
  { operationId, hostId, hostName, items }: NewDrain,
): Promise<void> {
  await setMaintenance(tx, hostId, true)
  await tx.drain.create({ data: { operationId, hostId, hostName }, select: { operationId: true } })
  await tx.drainItem.createMany({
    data: items.map(({ vmId, name, choice }) => ({ operationId, vmId, vmName: name, choice })),
  })
}

/** Nothing where it is so already. */
export async function setMaintenance(tx: DatabaseClient, hostId: string, isInMaintenance: boolean): Promise<void> {
  const { count } = await tx.host.updateMany({
    where: { id: hostId, isInMaintenance: !isInMaintenance },
    data: { isInMaintenance },
  })
  if (count > 0) await announce(tx, { kind: 'host.changed', hostId })
}

/**
 * With the machines that are on the host and that nobody had named (a creation that was under way), and without those that were
 * deleted. Throws OBJECT_NOT_FOUND.
 */
export async function readDrain(db: PrismaClient, operationId: string): Promise<DrainState> {
  await followMachines(db, operationId)
  const drain = await db.drain.findUnique({ where: { operationId } })
  if (drain === null) throw new AppError('OBJECT_NOT_FOUND', 'This task empties no host.')
  const { hostId, hostName, isPaused } = drain
  return { hostId, hostName, isPaused, items: await readItems(db, operationId) }
}

async function followMachines(db: DatabaseClient, operationId: string): Promise<void> {
  await db.$executeRaw`
    INSERT INTO drain_item (operation_id, vm_id, vm_name, choice)
    SELECT drain.operation_id, vm.id, vm.name, 'move' FROM drain JOIN vm ON vm.host_id = drain.host_id
    WHERE drain.operation_id = ${operationId}::uuid AND vm.deleted_at IS NULL
    ON CONFLICT DO NOTHING`
  await db.$executeRaw`
    DELETE FROM drain_item item USING vm
    WHERE item.operation_id = ${operationId}::uuid AND vm.id = item.vm_id AND vm.deleted_at IS NOT NULL`
}

interface ItemRow {
  readonly vmId: string
  readonly name: string
  readonly choice: string
  readonly state: string
  readonly targetHostId: string | null
  readonly targetName: string | null
  readonly childId: string | null
  readonly tries: number
  readonly triedHostIds: readonly string[]
  readonly reason: string | null
  readonly ageMs: number
}

async function readItems(db: DatabaseClient, operationId: string): Promise<DrainItem[]> {
  const rows = await db.$queryRaw<ItemRow[]>`
    SELECT vm_id AS "vmId", vm_name AS name, choice, state, target_host_id AS "targetHostId",
      target_name AS "targetName", child_id AS "childId", tries, tried_host_ids AS "triedHostIds", reason,
      (extract(epoch FROM now() - changed_at) * 1000)::float8 AS "ageMs"
    FROM drain_item WHERE operation_id = ${operationId}::uuid ORDER BY vm_name, vm_id`
  return rows.map(({ targetHostId, targetName, choice, state, ...row }) => ({
    ...row,
    choice: drainChoiceSchema.parse(choice),
    state: drainItemStateSchema.parse(state),
    target: targetHostId === null ? null : { hostId: targetHostId, name: targetName ?? '' },
  }))
}

/** Nothing for none. Its age counts from when its reason was another one. */
export async function writeItems(db: PrismaClient, operationId: string, items: readonly DrainItem[]): Promise<void> {
  if (items.length === 0) return
  await db.$transaction(async (tx) => {
    for (const item of items) {
      const { vmId, state, target, childId, tries, reason } = item
      const tried = Prisma.sql`ARRAY[${Prisma.join([...item.triedHostIds, null])}]::uuid[]`
      await tx.$executeRaw`
        UPDATE drain_item SET state = ${state}, target_host_id = ${target?.hostId ?? null}::uuid,
          target_name = ${target?.name ?? null}, child_id = ${childId}::uuid, tries = ${tries}, reason = ${reason},
          tried_host_ids = array_remove(${tried}, NULL),
          changed_at = CASE WHEN reason IS DISTINCT FROM ${reason} THEN now() ELSE changed_at END
        WHERE operation_id = ${operationId}::uuid AND vm_id = ${vmId}::uuid`
    }
    await announceDrain(tx, operationId)
  })
}

async function announceDrain(tx: DatabaseClient, operationId: string): Promise<void> {
  const row = await tx.operation.findUnique({ where: { id: operationId }, select: { actorUserId: true } })
  await announceOperation(tx, { id: operationId, vmId: null, imageId: null, ownerId: row?.actorUserId ?? null })
}

/** Answers whether there was one to pause or to go on with. */
export async function setPaused(db: PrismaClient, operationId: string, isPaused: boolean): Promise<boolean> {
  return db.$transaction(async (tx) => {
    const where = { operationId, operation: { status: { in: ['queued', 'running'] } } }
    const { count } = await tx.drain.updateMany({ where, data: { isPaused } })
    if (count > 0) await announceDrain(tx, operationId)
    return count > 0
  })
}

/** The last one of a host, however it ended; null where it was never emptied. */
export async function findLastDrain(db: DatabaseClient, hostId: string): Promise<DrainView | null> {
  const drain = await db.drain.findFirst({
    where: { hostId },
    orderBy: [{ createdAt: 'desc' }, { operationId: 'desc' }],
    include: { operation: { select: { status: true } } },
  })
  if (drain === null) return null
  const { operationId, hostName, isPaused, operation } = drain
  const items = await readItems(db, operationId)
  return drainViewSchema.parse({
    ...{ operationId, hostId, hostName, isPaused, status: operation.status },
    items: items.map(({ childId, ...item }) => ({ ...item, operationId: childId })),
  })
}

/** The hosts' own name, for a title; HOST_NOT_FOUND. And the machines on it, those that are on first. */
export async function findMachinesOn(
  db: DatabaseClient,
  hostId: string,
): Promise<{ hostName: string; machines: { vmId: string; name: string }[] }> {
  const host = await db.host.findUnique({
    where: { id: hostId },
    select: {
      name: true,
      vms: { where: { deletedAt: null }, select: { id: true, name: true }, orderBy: { name: 'asc' } },
    },
  })
  if (host === null) throw new AppError('HOST_NOT_FOUND', `There is no host ${hostId}.`)
  return { hostName: host.name, machines: host.vms.map(({ id, name }) => ({ vmId: id, name })) }
}

/** Of those that still are on the host. */
export async function markRestarted(db: DatabaseClient, operationId: string, vmId: string): Promise<void> {
  await db.drainItem.updateMany({ where: { operationId, vmId, state: 'shutDown' }, data: { state: 'restarted' } })
}

export async function findChildren(
  db: DatabaseClient,
  ids: readonly string[],
): Promise<readonly { id: string; kind: string; status: string; error: unknown }[]> {
  return db.operation.findMany({
    where: { id: { in: [...ids] } },
    select: { id: true, kind: true, status: true, error: true },
  })
}

/** Who asked for it, and as whom its tasks are asked for. */
export async function findDrainActor(db: DatabaseClient, operationId: string) {
  return db.operation.findUniqueOrThrow({
    where: { id: operationId },
    select: { actorUserId: true, actorName: true, actorVia: true },
  })
}

/** How long a byte of a machine's memory took, of the last moves that succeeded: the middle one. Null: there was none. */
export async function usualMoveMsPerByte(db: DatabaseClient): Promise<number | null> {
  const rows = await db.$queryRaw<{ rate: number }[]>`
    SELECT ((move.report->>'totalMs')::float8 / NULLIF((vm.spec->>'memoryBytes')::float8, 0)) AS rate
    FROM move JOIN vm ON vm.id = move.vm_id JOIN operation o ON o.id = move.operation_id
    WHERE move.report IS NOT NULL AND o.status = 'succeeded' ORDER BY o.created_at DESC LIMIT 20`
  const rates = rows.map(({ rate }) => rate).toSorted((a, b) => a - b)
  return rates[Math.floor(rates.length / 2)] ?? null
}
