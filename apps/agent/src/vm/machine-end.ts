/**
 * Cuts a machine's power: QMP `quit`, then SIGTERM, then SIGKILL, each after a bounded wait.
 *
 * `quit` flushes the disks and is over within milliseconds; what comes after it is for a QEMU that hangs. Signals go to
 * the verified process only (pid, start time, uuid).
 */
import { AppError, hasErrorCode } from '@berth/core/errors/app-error'
import { signalProcess, waitUntilGone, type ProcessIdentity } from '../qemu/process-identity.ts'
import { quitQemu } from '../qmp/commands/lifecycle-commands.ts'
import type { Machine } from './machine.ts'

const quitMs = 5_000
const termMs = 3_000
const killMs = 10_000

/** The process is gone when it returns. Throws TIMEOUT when even SIGKILL does not end it, as with storage that hangs. */
export async function endMachine(machine: Pick<Machine, 'qmp' | 'qemu'>): Promise<void> {
  const { identity } = machine.qemu
  if (await quitInOrder(machine.qmp, identity)) return
  if (await signalAndWait(identity, 'SIGTERM', termMs)) return
  if (await signalAndWait(identity, 'SIGKILL', killMs)) return
  throw new AppError('TIMEOUT', `QEMU (pid ${identity.pid}) does not end, not even by SIGKILL; its storage may hang`)
}

async function quitInOrder(qmp: Machine['qmp'], identity: ProcessIdentity): Promise<boolean> {
  try {
    await quitQemu(qmp, { timeoutMs: quitMs })
  } catch (error) {
    // Interrupted: it went before it could answer. All others: it does not listen, and the signals come.
    if (!hasErrorCode(error, 'QMP_INTERRUPTED')) return false
  }
  return isGoneWithin(identity, quitMs)
}

async function signalAndWait(identity: ProcessIdentity, signal: 'SIGTERM' | 'SIGKILL', ms: number): Promise<boolean> {
  if ((await signalProcess(identity, signal)) === 'gone') return true
  return isGoneWithin(identity, ms)
}

async function isGoneWithin(identity: ProcessIdentity, timeoutMs: number): Promise<boolean> {
  try {
    await waitUntilGone(identity, { timeoutMs })
    return true
  } catch (error) {
    if (hasErrorCode(error, 'TIMEOUT')) return false
    throw error
  }
}
