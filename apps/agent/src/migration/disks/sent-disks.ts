/** What becomes of a machine's disks here when they have travelled with it: written down with whom it was given to, and kept until that one has it. */
import type { ArrivedDisk, DiskFreight, DiskProgress } from '@berth/core/migration/move-disks'
import { specAfterMove } from '@berth/core/migration/move-disks'
import type { VmSpec } from '@berth/core/vm/vm-spec'
import type { Storage } from '../../storage/storage.ts'
import type { GivenRecord, VmRecord } from '../../vm/vm-record.ts'

type SentDisk = GivenRecord['disks'][number]

/** As they lie on the other host, and where they still lie on this one. */
export function sentDisks(
  spec: VmSpec,
  freight: readonly DiskFreight[],
  progress: readonly DiskProgress[],
): SentDisk[] {
  const fromPools = new Map(spec.disks.map(({ volumeId, pool }) => [volumeId, pool]))
  return specAfterMove(spec, freight).disks.flatMap(({ volumeId, pool, format, source }) => {
    const fromPool = fromPools.get(volumeId)
    if (fromPool === undefined || !freight.some((disk) => disk.volumeId === volumeId)) return []
    const sentBytes = progress.find((disk) => disk.volumeId === volumeId)?.doneBytes ?? 0
    return [{ volumeId, pool, format, source, sentBytes, fromPool }]
  })
}

/** For the report; nothing where none travelled. */
export function arrivedDisks({ disks }: GivenRecord): { disks?: ArrivedDisk[] } {
  if (disks.length === 0) return {}
  return { disks: disks.map(({ fromPool: _here, ...arrived }) => arrived) }
}

/** Once the other host has the machine, and its process here has ended. Idempotent. Throws as a volume's deletion. */
export async function trashSent(storage: Storage, { vmId, epoch, given }: VmRecord): Promise<void> {
  const left = (given?.disks ?? []).map(({ volumeId, fromPool: pool }) => ({ volumeId, pool }))
  if (left.length === 0) return
  await storage.volumes.claim(vmId, left, epoch)
  for (const disk of left) await storage.volumes.delete(vmId, { ...disk, vmEpoch: epoch })
}
