/** Everything that the agent knows, at once: what a panel gets that comes without a past. */
import type { HostSnapshot } from '@berth/core/agent-contract/agent-events'
import type { HostFacts } from '@berth/core/host/host'
import type { Storage } from '../storage/storage.ts'
import type { VmRegistry } from '../vm/vm-registry.ts'

export interface SnapshotSources {
  readonly facts: () => Promise<HostFacts>
  readonly machines: VmRegistry
  readonly storage: Storage
}

export async function hostSnapshot({ facts, machines, storage }: SnapshotSources): Promise<HostSnapshot> {
  const [known, pools, images] = await Promise.all([
    facts(),
    storage.observePools(machines.specs()),
    storage.images.list(),
  ])
  // Read last, and in one go: machines move while the disks are looked at.
  return { facts: known, pools, images, vms: machines.observations(), at: new Date().toISOString() }
}
