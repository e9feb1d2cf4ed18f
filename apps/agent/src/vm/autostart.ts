/**
 * Starts again what was on when the host went down: once per boot, one after the other, without a panel.
 *
 * It owns nothing: `autostartBootId` in the machine's record says what is left to do. It is set when the host's restart
 * is found, and cleared with the first instruction that the machine runs, or when its start failed.
 */
import type { Logger } from 'pino'
import type { VmActor } from './vm-actor.ts'

export interface AutostartOptions {
  bootId: string
  logger: Logger
  signal: AbortSignal
}

/** Returns the number of machines that run by it. Never throws for a machine's sake: each failure is logged and told. */
export async function autostart(
  actors: readonly VmActor[],
  { bootId, logger, signal }: AutostartOptions,
): Promise<number> {
  let started = 0
  for (const actor of actors) {
    if (actor.record.autostartBootId !== bootId || signal.aborted) continue
    // Another host may have it: should that one refuse, it is started then (migration/move-out.ts).
    if (actor.record.given !== null) continue
    try {
      await actor.start(signal)
      started++
    } catch (error) {
      logger.error({ err: error, vmId: actor.vmId }, 'a machine could not be started after the boot of the host')
    }
  }
  return started
}
