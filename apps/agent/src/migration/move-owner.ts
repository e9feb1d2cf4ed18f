/** What this host says of who owns a machine: from the records alone, never from what a QEMU does. Pure. */
import type { MoveOwnership } from '@berth/core/agent-contract/move-commands'
import type { VmRecord } from '../vm/vm-record.ts'
import type { IncomingRecord, MovedNote } from './move-records.ts'

export interface KnownOfMachine {
  readonly record: Pick<VmRecord, 'epoch' | 'given'> | undefined
  readonly incoming: Pick<IncomingRecord, 'epoch' | 'moveId'> | undefined
  readonly moved: Pick<MovedNote, 'epoch' | 'hostId'> | undefined
}

export function ownershipOf({ record, incoming, moved }: KnownOfMachine): MoveOwnership {
  if (record !== undefined && record.given !== null) {
    const { epoch, hostId } = record.given
    // The note is written before the record goes.
    return { kind: 'given', epoch, hostId, isTaken: moved?.epoch === epoch }
  }
  if (record !== undefined) return { kind: 'mine', epoch: record.epoch }
  if (incoming !== undefined) return { kind: 'waiting', epoch: incoming.epoch, moveId: incoming.moveId }
  if (moved !== undefined) return { kind: 'given', epoch: moved.epoch, hostId: moved.hostId, isTaken: true }
  return { kind: 'unknown' }
}
