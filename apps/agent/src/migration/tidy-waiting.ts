/**
 * Ends QEMUs that wait for a machine that will not come. The source's agent is heard of every few seconds while it sends; one
 * that was silent for long has given up, or died, and calls its move off when it starts again.
 *
 * Only while the memory has not arrived: then ending it loses nothing, and a later `take` is refused. One that has all of a
 * machine's memory may be the only one left that has, so it waits until it is taken or the panel abandons it; the host's
 * self-test says that it does.
 */
import { hasErrorCode } from '@berth/core/errors/app-error'
import type { HostCheck } from '@berth/core/host/host'
import type { Logger } from 'pino'
import type { MoveIn, Waiting } from './move-in.ts'
import { isLoaded } from './waiting-qemu.ts'

const roundMs = 30_000
export const defaultPatienceMs = 10 * 60_000

/** Looks each half minute until disposed. */
export function tidyWaiting(
  moveIn: MoveIn,
  { patienceMs, logger }: { patienceMs: number; logger: Logger },
): Disposable {
  const timer = setInterval(
    () => {
      for (const waiting of moveIn.all()) {
        if (!isForgotten(waiting, patienceMs)) continue
        const { vmId, moveId } = waiting.incoming
        moveIn
          .drop(vmId, async (now) => now === waiting && isForgotten(now, patienceMs) && (await isEmpty(now)))
          .catch((error: unknown) => logger.error({ err: error, vmId, moveId }, 'a forgotten QEMU could not be ended'))
      }
    },
    Math.min(roundMs, patienceMs),
  )
  timer.unref()
  return { [Symbol.dispose]: () => clearInterval(timer) }
}

const isForgotten = ({ heardAtMs }: Waiting, patienceMs: number): boolean => performance.now() - heardAtMs > patienceMs

async function isEmpty({ machine }: Waiting): Promise<boolean> {
  if (machine === undefined) return false
  try {
    return !(await isLoaded(machine.qmp))
  } catch (error) {
    if (hasErrorCode(error, 'QMP_UNAVAILABLE', 'QMP_INTERRUPTED', 'QMP_TIMEOUT')) return false
    throw error
  }
}

/** Those that wait for longer than a source is silent. */
export function waitingChecks(moveIn: MoveIn, patienceMs: number): HostCheck[] {
  return moveIn
    .all()
    .filter((waiting) => isForgotten(waiting, patienceMs))
    .map(({ incoming }) => ({
      name: 'waiting machines',
      status: 'warning',
      message: `${incoming.passport.spec.name} waits here to be taken over, and nothing is heard of the host that gives it.`,
    }))
}
