/** How a move went, for the report that stays: by the figures that were watched, and by what QEMU still says. */
import { AppError } from '@berth/core/errors/app-error'
import type { MoveReport } from '@berth/core/migration/move-progress'
import { queryMigrate, type MigrationInfo } from '../qmp/commands/move-commands.ts'
import type { VmActor } from '../vm/vm-actor.ts'
import type { GivenRecord } from '../vm/vm-record.ts'
import { unheard } from './hearing/reply-gaps.ts'
import { readFigures } from './move-figures.ts'
import type { MovedNote } from './move-records.ts'
import type { SentMemory } from './send-memory.ts'

/** Called when the other host has just said that the machine is its own and runs. */
export async function reportOfSent(actor: VmActor, sent: SentMemory): Promise<MoveReport> {
  const { progress, stoppedAtMs, beganAtMs } = sent
  const now = performance.now()
  const info = await lastWords(actor)
  return {
    totalMs: Math.round(now - beganAtMs),
    // QEMU 7.2 counts it up a moment after it said `completed`.
    downtimeMs: info?.downtime ?? sent.downtimeMs,
    pauseMs: stoppedAtMs === undefined ? 0 : Math.round(now - stoppedAtMs),
    transferredBytes: progress.transferredBytes,
    passes: progress.passes,
  }
}

/** Of one that went ahead of its memory, once that has followed: `taken` is how far it was when the other host had it. */
export async function reportOfFollowed(actor: VmActor, taken: MoveReport, followMs: number): Promise<MoveReport> {
  const { transferredBytes } = readFigures((await lastWords(actor)) ?? {})
  return {
    ...taken,
    totalMs: taken.totalMs + Math.round(followMs),
    transferredBytes: Math.max(taken.transferredBytes, transferredBytes),
  }
}

/** What was told of it stays told. */
export const reportOfNote = ({ report, loss }: Pick<MovedNote, 'report' | 'loss'>): Promise<MoveReport> =>
  loss === null ? Promise.resolve(report) : Promise.reject(new AppError('MOVE_MEMORY_LOST', loss))

/** After a restart of the agent: the passes are lost, and the pause is counted by the wall clock from the record. */
export async function reportOfGiven(actor: VmActor, given: GivenRecord): Promise<MoveReport> {
  const pauseMs = given.isRunning ? Math.max(0, Date.now() - Date.parse(given.at)) : 0
  const info = (await lastWords(actor)) ?? {}
  const { transferredBytes } = readFigures(info)
  return {
    ...{ pauseMs, transferredBytes, passes: [] },
    totalMs: (info['total-time'] ?? 0) + pauseMs,
    downtimeMs: info.downtime ?? 0,
    ...(given.isRunning && { network: unheard('The agent of its old host was restarted meanwhile.') }),
  }
}

/** performance.now() as the wall clock's time, which programs give. */
export const wallClock = (atMs: number | undefined): number | undefined =>
  atMs === undefined ? undefined : Date.now() - (performance.now() - atMs)

/** Its QEMU is about to be ended; that it does not answer any more changes nothing in where the machine is. */
const lastWords = async ({ machine }: VmActor): Promise<MigrationInfo | undefined> =>
  machine && queryMigrate(machine.qmp).catch(() => undefined)
