/** Ends what a QEMU sends, and waits until it does. */
import { AppError } from '@berth/core/errors/app-error'
import { cancelMove, queryMigrate } from '../qmp/commands/move-commands.ts'
import type { QmpClient } from '../qmp/qmp-client.ts'
import { MigrationEars } from './migration-ears.ts'

const lookMs = 250
/** What a move that is called off may take to be over; QEMU 7.2 needs 12 ms, and longer while it writes to a full link. */
const callOffMs = 20_000
const unmetMs = 2_000
const overStatuses: ReadonlySet<string | undefined> = new Set([undefined, 'none', 'failed', 'cancelled', 'completed'])

/** Ends whatever this QEMU sends; resolves when nothing is sent any more. Idempotent. Throws TIMEOUT, QMP errors. */
export async function callOff(machine: { readonly qmp: QmpClient }, ended: AbortSignal): Promise<void> {
  const deadline = performance.now() + callOffMs
  using ears = new MigrationEars(machine)
  while (!ended.aborted) {
    const { status, ram } = await queryMigrate(machine.qmp)
    if (overStatuses.has(status)) return
    // It never met the other one, and stays so until the kernel gives the connection up, which is up to 127 s. The guest runs, and
    // nothing can be sent any more, also when the connection comes after all.
    if (status === 'cancelling' && ram?.transferred === 0 && performance.now() > deadline - callOffMs + unmetMs) return
    if (performance.now() > deadline)
      throw new AppError('TIMEOUT', `QEMU still sends (${status ?? ''}) ${callOffMs} ms after it was told to stop`)
    if (status !== 'cancelling') await cancelMove(machine.qmp)
    await ears.next(lookMs, ended)
  }
}

/** For the next move: one that was called off may still wait for its connection. Throws MOVE_FAILED. */
export async function untilOver(machine: { readonly qmp: QmpClient }, ended: AbortSignal): Promise<void> {
  const deadline = performance.now() + callOffMs
  using ears = new MigrationEars(machine)
  while (!ended.aborted) {
    if ((await queryMigrate(machine.qmp)).status !== 'cancelling') return
    if (performance.now() > deadline)
      throw new AppError(
        'MOVE_FAILED',
        'QEMU still gives up the connection of an earlier move, which takes two minutes.',
      )
    await ears.next(lookMs, ended)
  }
}
