/** Hosts around one directory, as the harness begins: pools are made, joined and left. */
import { hostIdSchema, newUuid, poolIdSchema } from '@berth/core/ids/ids'
import { harnessCases, type HarnessCase, type HarnessWorld } from '@berth/core/workflow/workflow-harness'
import { poolCreate } from '../pool-create.ts'
import { poolAttach, poolDetach } from '../pool-hosts.ts'
import type { WorkflowContext } from '../ports.ts'
import { FakeHost } from './fake-host.ts'
import { MemoryDrains } from './memory-drains.ts'
import { MemoryImages, MemoryMoves, MemoryPools, MemoryVms } from './memory-records.ts'

const name = 'fast'
const path = '/srv/fast'

class PoolWorld {
  readonly hosts = [new FakeHost(), new FakeHost(), new FakeHost()] as const
  readonly pools = new MemoryPools()
  readonly poolId = poolIdSchema.parse(newUuid())
  readonly context: WorkflowContext = {
    link: (hostId) => this.hosts.find((host) => host.hostId === hostId) ?? this.hosts[0],
    vms: new MemoryVms(),
    images: new MemoryImages(),
    pools: this.pools,
    moves: new MemoryMoves(),
    drains: new MemoryDrains(),
  }

  constructor(attached: number) {
    this.pools.names.set(this.poolId, name)
    for (const host of this.hosts.slice(0, attached)) {
      host.pools.add(this.poolId)
      this.pools.hosts.set(this.poolId, (this.pools.hosts.get(this.poolId) ?? new Set()).add(host.hostId))
    }
  }

  get place() {
    return { poolId: this.poolId, name, path }
  }

  /** The same, where agents mount it. */
  get mounted() {
    return { poolId: this.poolId, name, source: { kind: 'nfs', server: 'nas', exportPath: '/srv', version: null } }
  }

  /** How many hosts have it, by their own word; `NaN` where the rows say otherwise. */
  get attached(): number {
    const count = this.hosts.filter((host) => host.pools.has(this.poolId)).length
    return (this.pools.hosts.get(this.poolId)?.size ?? 0) === count ? count : Number.NaN
  }
}

interface Expected {
  readonly attached: number
  readonly isNamed: boolean
}

const differences = (world: PoolWorld, { attached, isNamed }: Expected): string[] => [
  ...(world.attached === attached ? [] : [`${world.attached} hosts have it, not ${attached}`]),
  ...(world.pools.names.has(world.poolId) === isNamed ? [] : [`its name is ${isNamed ? 'lost' : 'kept'}`]),
]

interface WorldWish {
  readonly world: PoolWorld
  readonly args: unknown
  readonly before: Expected
  readonly after: Expected
}

const worldOf = ({ world, args, before, after }: WorldWish): HarnessWorld<WorkflowContext> => ({
  context: world.context,
  args,
  leftovers: () => differences(world, before),
  missing: () => differences(world, after),
})

export const poolCases = {
  'pool.create': (): readonly HarnessCase[] =>
    harnessCases({
      workflow: poolCreate,
      world: () => {
        const world = new PoolWorld(0)
        const hostIds = world.hosts.map(({ hostId }) => hostIdSchema.parse(hostId))
        return worldOf({
          ...{ world, args: { ...world.place, hostIds } },
          before: { attached: 0, isNamed: false },
          after: { attached: 3, isNamed: true },
        })
      },
    }),
  'pool.attach': (): readonly HarnessCase[] =>
    harnessCases({
      workflow: poolAttach,
      world: () => {
        const world = new PoolWorld(2)
        return worldOf({
          ...{ world, args: { ...world.mounted, hostId: world.hosts[2].hostId } },
          before: { attached: 2, isNamed: true },
          after: { attached: 3, isNamed: true },
        })
      },
    }),
  'pool.detach': (): readonly HarnessCase[] =>
    harnessCases({
      workflow: poolDetach,
      world: () => {
        const world = new PoolWorld(1)
        return worldOf({
          ...{ world, args: { ...world.place, hostId: world.hosts[0].hostId } },
          before: { attached: 1, isNamed: true },
          after: { attached: 0, isNamed: false },
        })
      },
    }),
}
