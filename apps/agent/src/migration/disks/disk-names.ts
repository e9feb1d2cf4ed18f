/** How a travelling disk is called inside QEMU: after its slot, so that an agent that was started since finds all of it. */
import { AppError } from '@berth/core/errors/app-error'
import type { DiskFreight } from '@berth/core/migration/move-disks'
import type { VmSpec } from '@berth/core/vm/vm-spec'
import { diskNodeName } from '../../qemu/argv-disks.ts'
import type { DiskNodes } from '../../vm/disk-nodes.ts'

export interface NamedDisk {
  readonly disk: DiskFreight
  /** The node that the guest's device uses. */
  readonly node: string
  /** The other side's export as a node of the sending QEMU, and the job that writes to it. */
  readonly remote: string
}

const prefix = 'move-'

export const remoteNodeName = (node: string): string => `${prefix}${node}`

/** Of jobs and of the nodes that they write to: both have the same. */
export const isMoveName = (name: string): boolean => name.startsWith(prefix)

/** In the order of the machine's disks. `nodes`: see disk-nodes.ts. Throws INPUT_INVALID for a disk that its process does not have. */
export function namedDisks(
  spec: Pick<VmSpec, 'disks'>,
  freight: readonly DiskFreight[],
  nodes: DiskNodes = {},
): NamedDisk[] {
  const named = spec.disks.flatMap(({ volumeId }, slot) => {
    const disk = freight.find((each) => each.volumeId === volumeId)
    const node = nodes[volumeId] ?? diskNodeName(slot)
    return disk === undefined ? [] : [{ disk, node, remote: remoteNodeName(node) }]
  })
  if (named.length === freight.length) return named
  throw new AppError('INPUT_INVALID', 'A disk is to travel that the machine does not have.')
}
