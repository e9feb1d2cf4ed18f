/** What a machine's record keeps of the spec that the panel gives. Pure. */
import type { VmSpec } from '@berth/core/vm/vm-spec'

/**
 * Without the password, which is in its seed disc. Each disk that `known` has stays in the pool where that has it: the host decides
 * when a disk is in another pool, and a panel that has not heard of it yet must not have the machine look for a file that is gone.
 */
export function definedSpec(asked: VmSpec, known: VmSpec | undefined): VmSpec {
  const pools = new Map(known?.disks.map(({ volumeId, pool }) => [volumeId, pool]))
  const disks = asked.disks.map((disk) => ({ ...disk, pool: pools.get(disk.volumeId) ?? disk.pool }))
  if (asked.cloudInit === null) return { ...asked, disks }
  const { password: _secret, ...cloudInit } = asked.cloudInit
  return { ...asked, disks, cloudInit }
}
