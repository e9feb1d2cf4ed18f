/** Accepts changes of shared pools: everything is looked at before a row is written. The work is done by the tasks. */
import { AppError } from '@berth/core/errors/app-error'
import { newUuid, poolIdSchema } from '@berth/core/ids/ids'
import { namesOnePlace, type PoolSource } from '@berth/core/storage/pool-source'
import { defaultPoolName } from '@berth/core/storage/volume'
import type { Caller } from '../trpc/caller.ts'
import type { Panel } from '../trpc/panel.ts'
import type { PoolAttachInput, PoolCreateInput, PoolDetachInput } from './pool-inputs.ts'
import { findPoolPath, insertSharedPool, nameTaken, requirePoolHosts, requireSharedPool } from './pool-repo.ts'
import { requirePoolUnused } from './pool-users-repo.ts'

export interface StartedPoolWork {
  readonly operationId: string
  readonly name: string
}

/** Throws POOL_NAME_TAKEN, HOST_NOT_FOUND, HOST_UNREACHABLE with the hosts that are away, AGENT_INCOMPATIBLE. */
export async function createSharedPool(panel: Panel, caller: Caller, input: PoolCreateInput): Promise<StartedPoolWork> {
  const { idempotencyKey, ...request } = input
  const { name, hostIds } = input
  const { path, source } = placeOf(input)
  const asked = { kind: 'pool.create', caller, idempotencyKey, request } as const
  const repeated = await panel.operations.findRepeated(asked)
  if (repeated !== null) return { operationId: repeated.operationId, name }
  if (name === defaultPoolName) throw nameTaken(name)
  const hosts = await requireReadyHosts(panel, hostIds, source !== undefined)
  const poolId = poolIdSchema.parse(newUuid())
  const { operationId } = await panel.operations.start({
    ...asked,
    args: { poolId, name, path, source, hostIds },
    target: { name, destination: hosts.map((host) => host.name).join(', ') },
    accept: (tx) => insertSharedPool(tx, { poolId, name, source: source ?? null }),
  })
  return { operationId, name }
}

/**
 * One more host. Throws OBJECT_NOT_FOUND, POOL_WRONG for a host that has it, INPUT_INVALID where a directory is needed or none can be
 * chosen, and as `createSharedPool` for its host.
 */
export async function attachPool(panel: Panel, caller: Caller, input: PoolAttachInput): Promise<StartedPoolWork> {
  const { idempotencyKey, ...request } = input
  const { poolId, hostId } = input
  const { name, source } = await requireSharedPool(panel.db, poolId)
  const asked = { kind: 'pool.attach', caller, idempotencyKey, request } as const
  const repeated = await panel.operations.findRepeated(asked)
  if (repeated !== null) return { operationId: repeated.operationId, name }
  const place = placeOf({ path: input.path, source })
  requireOnePlace(place)
  const [host] = await requireReadyHosts(panel, [hostId], source !== null)
  const known = await findPoolPath(panel.db, { poolId, hostId })
  // Its task, undone, would take it off again.
  if (known !== null) throw new AppError('POOL_WRONG', `${host?.name ?? hostId} has the pool already, in ${known}.`)
  const { operationId } = await panel.operations.start({
    ...asked,
    args: { poolId, name, ...place, hostId },
    target: { hostId, name, destination: host?.name },
  })
  return { operationId, name }
}

/** Takes it off one host. Throws OBJECT_NOT_FOUND when that host has it not, POOL_IN_USE with its machines there and those on their way. */
export async function detachPool(panel: Panel, caller: Caller, input: PoolDetachInput): Promise<StartedPoolWork> {
  const { idempotencyKey, ...request } = input
  const { poolId, hostId } = input
  const asked = { kind: 'pool.detach', caller, idempotencyKey, request } as const
  const { name, source } = await requireSharedPool(panel.db, poolId)
  const repeated = await panel.operations.findRepeated(asked)
  if (repeated !== null) return { operationId: repeated.operationId, name }
  const [host] = await requireReadyHosts(panel, [hostId], source !== null)
  const path = await findPoolPath(panel.db, { poolId, hostId })
  if (path === null) throw new AppError('OBJECT_NOT_FOUND', `${host?.name ?? hostId} has no pool "${name}".`)
  const { operationId } = await panel.operations.start({
    ...asked,
    args: { poolId, name, ...placeOf(source === null ? { path } : { source }), hostId },
    target: { hostId, name, destination: host?.name },
    accept: (tx) => requirePoolUnused(tx, { hostId, name }),
  })
  return { operationId, name }
}

/** As commands have it: what is not named is not there. */
function placeOf({ path, source }: PoolPlaceInput): { path: string | undefined; source: PoolSource | undefined } {
  return { path: path ?? undefined, source: source ?? undefined }
}

interface PoolPlaceInput {
  readonly path?: string | null | undefined
  readonly source?: PoolSource | null | undefined
}

function requireOnePlace(place: PoolPlaceInput): void {
  if (namesOnePlace(place)) return
  const message =
    place.path === undefined
      ? 'Say where the host has the directory of this pool.'
      : 'Hosts mount this pool themselves, at a place of their own: it has no path to choose.'
  throw new AppError('INPUT_INVALID', message, { details: { field: 'path' } })
}

async function requireReadyHosts(panel: Panel, hostIds: readonly string[], needsMount: boolean) {
  const hosts = await requirePoolHosts(panel.db, hostIds)
  const away = hosts.filter(({ state }) => state !== 'online').map(({ name }) => name)
  if (away.length > 0)
    throw new AppError('HOST_UNREACHABLE', `Not online: ${away.join(', ')}.`, { details: { names: away } })
  const [needed, lack] = needsMount
    ? (['nfs-pools', 'mount no NFS exports'] as const)
    : (['pools', 'know no shared pools'] as const)
  const old = hosts.filter(({ capabilities }) => !capabilities.includes(needed)).map(({ name }) => name)
  if (old.length > 0)
    throw new AppError('AGENT_INCOMPATIBLE', `Their agents ${lack}: ${old.join(', ')}.`, { details: { names: old } })
  return hosts
}
