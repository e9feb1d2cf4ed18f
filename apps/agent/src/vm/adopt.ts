/**
 * After a start of the agent: what became of each machine that it remembers.
 *
 * It owns nothing. Invariants: a process is taken over only when pid, start time and uuid say that it is the machine's;
 * a start that the agent's death broke off is undone, never finished, because its step is told as interrupted; what ran
 * in another boot of the host is gone, and is started again at most once (autostart.ts).
 *
 *   record        process          becomes
 *   no run        none             as it was; `starting` → stopped (start-failed)
 *   no run        lives            ended: nobody knows how far its start came
 *   run, boot ≠   -                stopped (host-restarted), to be started again where it was to be on
 *   run           lives, -S still  ended, as above
 *   run           lives            taken over, its state asked from QEMU
 *   run           gone             `stopping` → stopped; else crashed (qemu-exited)
 *
 * A machine that was given to another host keeps its state whatever became of its process: migration/move-out.ts goes on
 * asking that host. One that was only being sent is taken over as it is, and its move called off there.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { hasErrorCode } from '@berth/core/errors/app-error'
import type { HeldVmState, VmExit } from '@berth/core/vm/vm-state'
import type { Logger } from 'pino'
import { readLastLogLines } from '../qemu/qemu-log.ts'
import { queryStatus } from '../qmp/commands/lifecycle-commands.ts'
import type { MachineLauncher } from './machine-launcher.ts'
import type { Machine } from './machine.ts'
import type { VmActor } from './vm-actor.ts'
import type { RunRecord } from './vm-record.ts'

export type Fate = 'off' | 'adopted' | 'undone' | 'host-restarted' | 'gone' | 'silent'

export interface AdoptOptions {
  launcher: MachineLauncher
  logger: Logger
}

/** Settles one machine. `silent`: its QEMU lives and does not answer; it is tried on in the background. */
export async function adoptMachine(actor: VmActor, options: AdoptOptions): Promise<Fate> {
  const fate = await settle(actor, options)
  const { vmId, record } = actor
  options.logger.info({ vmId, fate, state: record.state, pid: record.run?.pid }, 'machine found again')
  return fate
}

async function settle(actor: VmActor, options: AdoptOptions): Promise<Fate> {
  const { launcher } = options
  const { run } = actor.record
  if (run === null) return (await undoStart(actor, options)) ? 'undone' : 'off'
  if (run.bootId !== launcher.bootId) return afterBoot(actor, options)
  // Until it is settled it is a process that does not answer yet: it can be stopped, and nothing starts a second one.
  actor.setSilent(true)
  try {
    const fate = await attach(actor, run, options)
    actor.setSilent(false)
    return fate
  } catch (error) {
    if (!hasErrorCode(error, 'QMP_UNAVAILABLE', 'QMP_PROTOCOL', 'QMP_TIMEOUT', 'QMP_INTERRUPTED')) throw error
    options.logger.error({ err: error, vmId: actor.vmId, pid: run.pid }, 'QEMU lives and does not answer; trying on')
    void keepTrying(actor, run, options)
    return 'silent'
  }
}

async function attach(actor: VmActor, run: RunRecord, { launcher, logger }: AdoptOptions): Promise<Fate> {
  const machine = await launcher.adopt(actor.vmId, run, actor.recorder)
  if (machine === undefined) return afterEnd(actor, run, launcher)
  if (mayBeUnstarted.has(actor.record.state) && (await isUnstarted(machine))) {
    machine.qmp.close()
    return (await undoStart(actor, { launcher, logger })) ? 'undone' : 'gone'
  }
  await actor.adopt(machine)
  return 'adopted'
}

/** Its vCPUs ran once the record says anything else: the state is written after QEMU said so. */
const mayBeUnstarted: ReadonlySet<HeldVmState> = new Set(['starting', 'stopping'])

async function isUnstarted({ qmp }: Machine): Promise<boolean> {
  try {
    return (await queryStatus(qmp)).status === 'prelaunch'
  } catch (error) {
    // QMP serves one client: left open, this link would keep the next attempt's greeting away for ever.
    qmp.close()
    throw error
  }
}

const maxPauseMs = 5_000

async function keepTrying(actor: VmActor, run: RunRecord, options: AdoptOptions): Promise<void> {
  for (let pauseMs = 500; ; pauseMs = Math.min(2 * pauseMs, maxPauseMs)) {
    await pause(pauseMs, undefined, { ref: false })
    try {
      await attach(actor, run, options)
      actor.setSilent(false)
      return actor.tryGuest()
    } catch (error) {
      options.logger.debug({ err: error, vmId: actor.vmId }, 'QEMU still does not answer')
    }
  }
}

/** True when there was something to undo. */
async function undoStart(actor: VmActor, { launcher }: AdoptOptions): Promise<boolean> {
  const { vmId, record, publisher } = actor
  const hadProcess = await launcher.endStray(vmId)
  if (!hadProcess && record.state !== 'starting') return false
  await launcher.clear({ vmId, spec: record.run?.spec ?? record.spec, runId: record.run?.runId ?? 'broken-off' })
  // Its disks were sent, or copied, while it was off: that is called off, and nothing of it was to start.
  const isForDisks = record.sending !== null || record.relocating !== null
  if (isForDisks && record.state !== 'starting') return true
  const message = 'The agent ended in the middle of the start; it was undone.'
  const lastExit = exitOf({ reason: 'start-failed', message, lastLines: [] })
  if (!publisher.move({ kind: 'startFailed' }, { run: null, lastExit })) publisher.change({ run: null, lastExit })
  await publisher.saved()
  return true
}

async function afterBoot(actor: VmActor, { launcher }: AdoptOptions): Promise<Fate> {
  const { publisher, record } = actor
  const message = 'The host was restarted while the machine was on.'
  const given = { state: record.state, stateSince: record.stateSince, lastExit: record.lastExit }
  publisher.change({
    state: 'stopped',
    stateSince: new Date().toISOString(),
    pauseReason: null,
    run: null,
    lastExit: exitOf({ reason: 'host-restarted', message, lastLines: [] }),
    // A machine that had crashed before the host went down is left as evidence.
    autostartBootId: record.desiredPower === 'on' && record.state !== 'crashed' ? launcher.bootId : null,
    sending: record.given === null ? null : record.sending,
    // It was given away: that it stopped is not this host's to say.
    ...(record.given !== null && given),
  })
  await publisher.saved()
  return 'host-restarted'
}

async function afterEnd(actor: VmActor, run: RunRecord, launcher: MachineLauncher): Promise<Fate> {
  const { vmId, record, publisher } = actor
  const lastLines = await readLastLogLines(launcher.paths(vmId).logFile)
  await launcher.clear({ vmId, spec: run.spec, runId: run.runId })
  const wasExpected = record.state === 'stopping'
  const exit = wasExpected
    ? exitOf({ reason: 'guest-shutdown', message: 'It ended, as was asked, while the agent was away.', lastLines })
    : exitOf({ reason: 'qemu-exited', message: 'QEMU ended while the agent was away.', lastLines })
  const lastExit = record.state === 'crashed' && record.lastExit !== null ? record.lastExit : exit
  const patch = { run: null, sending: null, lastExit }
  if (record.given !== null) publisher.change({ run: null })
  else if (!publisher.move({ kind: 'processEnded', wasExpected }, patch)) publisher.change(patch)
  await publisher.saved()
  return 'gone'
}

const exitOf = (known: Pick<VmExit, 'reason' | 'message' | 'lastLines'>): VmExit => ({
  ...known,
  exitCode: null,
  signal: null,
  at: new Date().toISOString(),
})
