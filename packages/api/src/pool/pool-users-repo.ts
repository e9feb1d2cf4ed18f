/** Which machines need a pool on a host: those that have a disk there, and those whose disks are on their way there. */
import { AppError } from '@berth/core/errors/app-error'
import { someNames } from '@berth/core/errors/some-names'
import type { DatabaseClient, Prisma } from '@berth/prisma/client'

interface PoolPlace {
  readonly hostId: string
  readonly name: string
}

/** Throws POOL_IN_USE with the names of the machines. */
export async function requirePoolUnused(db: DatabaseClient, { hostId, name }: PoolPlace): Promise<void> {
  const there = await namesOf(db, { volumes: { some: { hostId, pool: name } } })
  if (there.length > 0)
    throw inUse(there, `${someNames(there)} ${verb(there, 'has', 'have')} disks in "${name}" there.`)
  const coming = await namesOf(db, isComing({ hostId, name }))
  if (coming.length > 0)
    throw inUse(coming, `${someNames(coming)} ${verb(coming, 'is', 'are')} on the way into "${name}" there.`)
}

const verb = (names: readonly string[], one: string, several: string): string => (names.length === 1 ? one : several)

const inUse = (names: readonly string[], message: string): AppError =>
  new AppError('POOL_IN_USE', message, { details: { names } })

async function namesOf(db: DatabaseClient, where: Prisma.VmWhereInput): Promise<string[]> {
  const select = { name: true } as const
  const vms = await db.vm.findMany({ where: { ...where, deletedAt: null }, select, orderBy: { name: 'asc' } })
  return vms.map((vm) => vm.name)
}

/** By a task that is under way: of a disk of that host, of a machine with disks that travel, or of one whose disks stay in the pool. */
function isComing({ hostId, name }: PoolPlace): Prisma.VmWhereInput {
  const underWay = { status: { in: ['queued', 'running', 'cancelling'] } } satisfies Prisma.OperationWhereInput
  const toHost = { kind: 'vm.migrate', args: { path: ['targetHostId'], equals: hostId }, ...underWay }
  return {
    OR: [
      { operations: { some: { kind: 'vm.moveDisk', hostId, args: { path: ['toPool'], equals: name }, ...underWay } } },
      { operations: { some: { AND: [toHost, { args: { path: ['disks'], array_contains: [{ pool: name }] } }] } } },
      { operations: { some: toHost }, volumes: { some: { pool: name } } },
    ],
  }
}
