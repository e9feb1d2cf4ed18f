/**
 * Ends what was begun with a disk that was on its way into another pool, by the agent that lives or by one before it: goes by
 * the machine's record and by what its QEMU has, not by what somebody remembers.
 */
import { hasErrorCode } from '@berth/core/errors/app-error'
import type { Storage } from '../storage/storage.ts'
import { diskNodeOf, otherNodeOf } from '../vm/disk-nodes.ts'
import type { Machine } from '../vm/machine.ts'
import type { VmActor } from '../vm/vm-actor.ts'
import type { RelocatingRecord } from '../vm/vm-record.ts'
import { dropCopy, takeCopy } from './pool-mirror.ts'
import { withDiskIn } from './relocated-record.ts'

export const isSettled = ({ record }: VmActor): boolean => record.relocating === null

/**
 * Afterwards the disk has one file and one pool: the old one goes to the trash where it has moved (or for good, where that was
 * asked for), the new one for good where it has not. Idempotent. Throws QMP_UNAVAILABLE while its QEMU does not answer, POOL_UNAVAILABLE, and QMP errors.
 */
export async function settle(actor: VmActor, { storage }: { readonly storage: Storage }): Promise<void> {
  const { relocating } = actor.record
  if (relocating === null) return
  if (actor.hasProcess) await settleQemu(actor, actor.requireMachine(), relocating)
  await removeOther(actor, { storage, relocating })
  actor.publisher.change({ relocating: null })
  await actor.publisher.saved()
}

const hasMoved = ({ record }: VmActor, { volumeId, toPool }: RelocatingRecord): boolean =>
  record.spec.disks.some((disk) => disk.volumeId === volumeId && disk.pool === toPool)

async function settleQemu(actor: VmActor, machine: Machine, relocating: RelocatingRecord): Promise<void> {
  const { volumeId, fromPool } = relocating
  const { run } = actor.record
  // One that is being started has its disk where the record says.
  if (run === null || !run.spec.disks.some((disk) => disk.volumeId === volumeId)) return
  const [node, other] = [diskNodeOf(run, volumeId), otherNodeOf(run, volumeId)]
  if (!hasMoved(actor, relocating)) return dropCopy({ machine, node, copyNode: other })
  if (await takeCopy({ machine, node: other, copyNode: node })) return
  // The record was ahead of it: its guest goes on with the old file.
  const back = withDiskIn(actor.record, { target: { volumeId, pool: fromPool }, node: other })
  actor.publisher.change(back)
  await actor.publisher.saved()
  if (back.run !== null) machine.run = back.run
  await dropCopy({ machine, node: other, copyNode: node })
}

async function removeOther(
  actor: VmActor,
  { storage, relocating }: { readonly storage: Storage; readonly relocating: RelocatingRecord },
): Promise<void> {
  const { vmId, record } = actor
  const { volumeId, fromPool, toPool, keepsOld } = relocating
  const isMoved = hasMoved(actor, relocating)
  const other = { volumeId, vmEpoch: record.epoch, pool: isMoved ? fromPool : toPool }
  try {
    if (isMoved && keepsOld) await storage.volumes.delete(vmId, other)
    else await storage.volumes.discard(vmId, other)
  } catch (error) {
    // The pool was taken from this host meanwhile, and the file with it.
    if (!hasErrorCode(error, 'OBJECT_NOT_FOUND')) throw error
  }
}
