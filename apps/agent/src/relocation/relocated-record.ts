/** A machine's record with one disk in another pool. Pure. */
import type { DiskSpec } from '@berth/core/storage/volume'
import type { VmSpec } from '@berth/core/vm/vm-spec'
import type { VmRecord } from '../vm/vm-record.ts'

type Relocated = Pick<VmRecord, 'spec' | 'run'>

/** `node`: of its process, where there is one. */
export function withDiskIn(
  { spec, run }: Relocated,
  { target, node }: { target: Pick<DiskSpec, 'volumeId' | 'pool'>; node: string },
): Relocated {
  const moved = inPool(spec, target)
  if (run === null) return { spec: moved, run }
  return {
    spec: moved,
    run: { ...run, spec: inPool(run.spec, target), diskNodes: { ...run.diskNodes, [target.volumeId]: node } },
  }
}

function inPool(spec: VmSpec, { volumeId, pool }: Pick<DiskSpec, 'volumeId' | 'pool'>): VmSpec {
  return { ...spec, disks: spec.disks.map((disk) => (disk.volumeId === volumeId ? { ...disk, pool } : disk)) }
}
