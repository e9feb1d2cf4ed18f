/** What the network saw of a move belongs to its report, and is known some seconds after the rest of it. */
import type { NetworkSilence } from '@berth/core/migration/move-progress'
import type { Logger } from 'pino'
import type { MovedNote } from '../move-records.ts'
import type { MoveStore } from '../move-store.ts'

interface KeepOptions {
  /** Never rejects; undefined where nobody listened. */
  readonly silence: Promise<NetworkSilence> | undefined
  readonly moves: Pick<MoveStore, 'moved' | 'noteMoved'>
  readonly logger: Logger
}

/** The note with it, on disk as far as that can be: the move itself is over, and a full disk takes nothing back of it. */
export async function keepSilence(note: MovedNote, { silence, moves, logger }: KeepOptions): Promise<MovedNote> {
  const network = await silence
  if (network === undefined) return note
  const whole = { ...note, report: { ...note.report, network } }
  const isLast = moves.moved(note.vmId)?.moveId === note.moveId
  // It may be back here by now.
  if (!isLast || note.report.network !== undefined) return whole
  await moves.noteMoved(whole).catch((error: unknown) => {
    logger.warn({ err: error, vmId: note.vmId }, 'what the network saw of a move is not on disk')
  })
  return whole
}
