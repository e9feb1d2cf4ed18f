/** What the pool workflows share: bringing one host to a pool, and taking it off again. */
import type { PoolId, HostId } from '@berth/core/ids/ids'
import type { PoolSource } from '@berth/core/storage/pool-source'
import { poolObservationSchema } from '@berth/core/storage/volume'
import type { StepRun } from '@berth/core/workflow/step'
import type { WorkflowContext } from './ports.ts'
import { runOnHost } from './run-on-host.ts'

export interface PoolPlace {
  readonly poolId: PoolId
  readonly name: string
  /** One of the two. */
  readonly path?: string | undefined
  readonly source?: PoolSource | undefined
  readonly hostId: HostId
}

export interface PoolWork {
  readonly context: WorkflowContext
  readonly run: StepRun
  readonly place: PoolPlace
}

/** Its row is there when this resolves: a machine can be made in the pool at once. */
export async function attachHost({ context, run, place }: PoolWork, isFirst: boolean): Promise<void> {
  const command = { kind: 'pool.attach', ...place, isFirst } as const
  const seen = await runOnHost(context.link(place.hostId), { run, command, part: place.hostId })
  await context.pools.setSeen(place.hostId, poolObservationSchema.parse(seen))
}

export async function detachHost({ context, run, place }: PoolWork): Promise<void> {
  const { poolId, hostId } = place
  const isLast = !(await context.pools.hasOthers(poolId, hostId))
  const command = { kind: 'pool.detach', ...place, isLast } as const
  await runOnHost(context.link(hostId), { run, command, part: hostId })
  await context.pools.removeSeen(hostId, place)
}
