/**
 * Brings a machine that was to move back to itself: nothing is sent any more, its processors run if they ran, and its state
 * is what QEMU says. Its files need nothing: in a shared pool they are its group's, which is the same on every host.
 *
 * Only for a machine that was not given away, or whose new owner has refused it in words. QEMU resumes by itself where it
 * still sent; after `completed` it stands (postmigrate), and `cont` needs the disks' locks, which the other QEMU takes only
 * when it runs itself.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { hasErrorCode } from '@berth/core/errors/app-error'
import type { Logger } from 'pino'
import { queryStatus, resumeVcpus } from '../qmp/commands/lifecycle-commands.ts'
import { forgetMoveKey } from '../qmp/commands/move-commands.ts'
import type { VmActor } from '../vm/vm-actor.ts'
import { callOff } from './call-off.ts'
import { clearMirrors, cutMirrors } from './disks/clear-mirrors.ts'

/** For a QEMU that stands because it still winds up its own move, and for locks that go with another process. */
const patienceMs = 10_000
const retryMs = 50

/** Never throws: what does not work is told, and the machine is shown as QEMU has it. */
export async function stayHere(actor: VmActor, logger: Logger): Promise<void> {
  const { vmId } = actor
  const tell = (message: string) => (error: unknown) => logger.error({ err: error, vmId }, message)
  await runHere(actor).catch(tell('a machine that stays could not be made to run again'))
  actor.publisher.change({ sending: null })
  await actor.look().catch(tell('QEMU does not say how a machine is that stays'))
  await actor.publisher.saved().catch(tell('the record of a machine that stays could not be written'))
}

async function runHere(actor: VmActor): Promise<void> {
  const { machine, runSignal } = actor
  if (machine === undefined || runSignal === undefined) return
  const hasMirrors = actor.record.sending?.hasMirrors === true
  // First: QEMU itself stands while a disk's write waits for a dead link.
  if (hasMirrors) await cutMirrors(machine)
  await callOff(machine, runSignal)
  if (hasMirrors) await clearMirrors(machine)
  await forgetMoveKey(machine.qmp)
  if (actor.record.sending?.isRunning !== true) return
  const deadline = performance.now() + patienceMs
  while (!runSignal.aborted) {
    const { status } = await queryStatus(machine.qmp)
    // Stopped for a reason of its own: then it is not ours to make it run.
    if (!standsForMove.has(status)) return
    if (status !== 'finish-migrate' && (await isResumed(machine, performance.now() > deadline))) return
    await pause(retryMs)
  }
}

const standsForMove: ReadonlySet<string> = new Set(['postmigrate', 'finish-migrate', 'paused'])

async function isResumed(
  machine: { readonly qmp: Parameters<typeof resumeVcpus>[0] },
  isLast: boolean,
): Promise<boolean> {
  try {
    await resumeVcpus(machine.qmp)
    return true
  } catch (error) {
    if (isLast || !hasErrorCode(error, 'QMP_REFUSED')) throw error
    return false
  }
}
