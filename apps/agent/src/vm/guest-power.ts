/**
 * Asks the guest to power itself off: the power button (ACPI), and if it does not stir, its guest agent and the button
 * once more, because a guest that still boots drops the first press.
 */
import { AppError, hasErrorCode } from '@berth/core/errors/app-error'
import { pressPowerButton } from '../qmp/commands/lifecycle-commands.ts'
import type { Machine } from './machine.ts'

export interface PowerOffRequest {
  machine: Machine
  /** Resolves when the process has ended. */
  ended: Promise<void>
  /** Tells the guest agent to shut down; undefined while none is connected. */
  askAgent: (() => Promise<void>) | undefined
  timeoutMs: number
  signal: AbortSignal
}

const secondTryMs = 10_000

/** Returns when the process has ended. Throws GUEST_IGNORED_SHUTDOWN, OPERATION_CANCELLED; the machine runs on then. */
export async function powerOffGuest(request: PowerOffRequest): Promise<void> {
  const { machine, ended, timeoutMs, signal } = request
  const isEnded = ended.then(() => true)
  const firstMs = Math.min(secondTryMs, timeoutMs / 2)
  await pressUnlessGone(machine, signal)
  if (await endedWithin(isEnded, firstMs, signal)) return
  await askAgain(request)
  if (await endedWithin(isEnded, timeoutMs - firstMs, signal)) return
  throw new AppError('GUEST_IGNORED_SHUTDOWN', `The guest did not shut down within ${Math.round(timeoutMs / 1000)} s`, {
    details: { timeoutMs, hasGuestAgent: request.askAgent !== undefined },
  })
}

async function askAgain({ machine, askAgent, signal }: PowerOffRequest): Promise<void> {
  try {
    await askAgent?.()
  } catch (error) {
    // It may be away, or go down while it is asked; the button is pressed in any case, and the wait decides.
    if (!hasErrorCode(error, 'GUEST_AGENT_UNAVAILABLE', 'TIMEOUT', 'QMP_REFUSED', 'COMMAND_FAILED')) throw error
  }
  await pressUnlessGone(machine, signal)
}

async function pressUnlessGone(machine: Machine, signal: AbortSignal): Promise<void> {
  try {
    await pressPowerButton(machine.qmp, { signal })
  } catch (error) {
    // The link goes with the process: its end is what was wanted.
    if (!hasErrorCode(error, 'QMP_INTERRUPTED', 'QMP_UNAVAILABLE')) throw error
  }
}

async function endedWithin(ended: Promise<boolean>, ms: number, signal: AbortSignal): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>()
  const timer = setTimeout(resolve, ms, false)
  const onAbort = (): void => reject(new AppError('OPERATION_CANCELLED', 'The shutdown was cancelled'))
  signal.addEventListener('abort', onAbort, { once: true })
  if (signal.aborted) onAbort()
  try {
    return await Promise.race([ended, promise])
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
  }
}
