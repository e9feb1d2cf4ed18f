/** How the disks of a running machine are called inside its QEMU. A disk that went into another pool has another node there. */
import { AppError } from '@berth/core/errors/app-error'
import { diskNodeName } from '../qemu/argv-disks.ts'
import type { RunRecord } from './vm-record.ts'

/** By volume: those that are called otherwise than their slot says. */
export type DiskNodes = RunRecord['diskNodes']

/** Of a slot: the one that the process began with, and the one that takes turns with it. */
export const nodeNamesOf = (slot: number): readonly [string, string] => [diskNodeName(slot), `${diskNodeName(slot)}-b`]

const slotOf = ({ spec }: Pick<RunRecord, 'spec'>, volumeId: string): number => {
  const slot = spec.disks.findIndex((disk) => disk.volumeId === volumeId)
  if (slot !== -1) return slot
  throw new AppError('OBJECT_NOT_FOUND', `The machine's process has no disk ${volumeId}.`)
}

/** The node that the guest's device uses. Throws OBJECT_NOT_FOUND. */
export function diskNodeOf(run: Pick<RunRecord, 'spec' | 'diskNodes'>, volumeId: string): string {
  return run.diskNodes[volumeId] ?? diskNodeName(slotOf(run, volumeId))
}

/** The node of its slot that is free. Throws OBJECT_NOT_FOUND. */
export function otherNodeOf(run: Pick<RunRecord, 'spec' | 'diskNodes'>, volumeId: string): string {
  const [first, second] = nodeNamesOf(slotOf(run, volumeId))
  return diskNodeOf(run, volumeId) === first ? second : first
}
