/**
 * Asks the guest to power itself off: the power button (ACPI), and while it does not stir the button again and its guest
 * agent, because a guest that still boots drops the first presses, and its agent may come only then.
 */
import { AppError, hasErrorCode } from '@berth/core/errors/app-error'
import { pressPowerButton } from '../qmp/commands/lifecycle-commands.ts'
import { powerOffByAgent } from './guest-info.ts'
import type { Machine } from './machine.ts'

export interface PowerOffRequest {
  machine: Machine
  /** Resolves when the process has ended. */
  ended: Promise<void>
  /** Whether its agent is there, each time that is asked. */
  guest: { readonly isConnected: boolean }
  timeoutMs: number
  signal: AbortSignal
}

const nextTryMs = 10_000

/** Returns when the process has ended. Throws GUEST_IGNORED_SHUTDOWN, OPERATION_CANCELLED; the machine runs on then. */
export async function powerOffGuest(request: PowerOffRequest): Promise<void> {
  const { machine, ended, timeoutMs, signal } = request
  const isEnded = ended.then(() => true)
  const deadline = performance.now() + timeoutMs
  const tryMs = Math.min(nextTryMs, timeoutMs / 2)
  let hasAgentHeard = false
  for (;;) {
    await pressUnlessGone(machine, signal)
    const leftMs = Math.max(0, deadline - performance.now())
    if (await endedWithin(isEnded, Math.min(leftMs, tryMs), signal)) return
    // Asked no more once it is given up: it would go off later, when nobody expects it.
    if (performance.now() >= deadline) throw ignored(request)
    hasAgentHeard ||= await tellAgent(request)
  }
}

const ignored = ({ timeoutMs, guest }: PowerOffRequest): AppError =>
  new AppError('GUEST_IGNORED_SHUTDOWN', `The guest did not shut down within ${Math.round(timeoutMs / 1000)} s`, {
    details: { timeoutMs, hasGuestAgent: guest.isConnected },
  })

/** Whether it took the wish. */
async function tellAgent({ machine, guest }: PowerOffRequest): Promise<boolean> {
  if (!guest.isConnected) return false
  try {
    await powerOffByAgent(machine)
    return true
  } catch (error) {
    // It may be away, or go down while it is asked; the button is pressed in any case, and the wait decides.
    if (!hasErrorCode(error, 'GUEST_AGENT_UNAVAILABLE', 'TIMEOUT', 'QMP_REFUSED', 'COMMAND_FAILED')) throw error
    return false
  }
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
