/**
 * Follows one machine until its process is gone: hands on events, makes the QMP link again when it is lost.
 *
 * It owns the listener on the machine's link. Invariants: events come in QEMU's order and before the end; the end is told
 * once, and only when the process is gone; after a lost link `onRelinked` comes first, since events were missed.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { hasErrorCode } from '@berth/core/errors/app-error'
import type { ExitStatus } from '../exec/spawn-detached.ts'
import { readLastLogLines } from '../qemu/qemu-log.ts'
import { adoptQemu, watchEnd } from '../qemu/qemu-process.ts'
import type { QmpEventListener } from '../qmp/event-listener.ts'
import { watchedEvents, type WatchedEvent } from './guest-events.ts'
import type { Machine } from './machine.ts'

export interface MachineHandlers {
  onEvent: (event: WatchedEvent) => void
  onRelinked: () => void
  onLinkLost: (cause: Error) => void
}

export interface MachineEnd {
  readonly status: ExitStatus | undefined
  readonly lastLines: readonly string[]
}

/** How long the last events may take to be read after the process is gone. */
const drainMs = 500
const maxPauseMs = 2_000

/** Listens from the call on. Resolves when the process is gone, or to undefined when `letGo` aborts: it runs on then. */
export async function watchMachine(
  machine: Machine,
  handlers: MachineHandlers,
  letGo: AbortSignal,
): Promise<MachineEnd | undefined> {
  const { promise: released, resolve } = Promise.withResolvers<undefined>()
  letGo.addEventListener('abort', () => resolve(undefined), { once: true })
  for (;;) {
    const link = machine.qmp
    using listener = link.listen(watchedEvents)
    const pumped = pump(listener, handlers)
    const end = await Promise.race([watchEnd(machine.qemu, machine.paths), released])
    if (end === undefined) {
      link.close()
      return undefined
    }
    // An exit is told by the kernel, its reason by SHUTDOWN on the socket: read what is still there before saying so.
    await Promise.race([pumped, pause(drainMs, undefined, { ref: false })])
    link.close()
    await pumped
    if (end.kind === 'exited') return end
    handlers.onLinkLost(end.cause)
    if (!(await relink(machine, letGo))) return endUnseen(machine)
    if (letGo.aborted) return undefined
    handlers.onRelinked()
  }
}

async function pump(listener: QmpEventListener<WatchedEvent['name']>, handlers: MachineHandlers): Promise<void> {
  try {
    for await (const event of listener) handlers.onEvent(event)
  } catch (error) {
    // The listener ends with the link, as it must; an event that broke its shape ends it too, and a new link heals that.
    if (!hasErrorCode(error, 'QMP_INTERRUPTED', 'QMP_PROTOCOL', 'QMP_UNAVAILABLE')) throw error
  }
}

/** False when the process is gone. */
async function relink(machine: Machine, letGo: AbortSignal): Promise<boolean> {
  const { vmId, paths, recorder } = machine
  for (let pauseMs = 50; !letGo.aborted; pauseMs = Math.min(2 * pauseMs, maxPauseMs)) {
    try {
      const qemu = await adoptQemu({ vmId, paths, recorder })
      if (qemu === undefined) return false
      // The parent still learns how it ends, whatever became of the link.
      const { exited } = machine.qemu
      machine.qemu = exited === undefined ? qemu : { ...qemu, exited }
      return true
    } catch (error) {
      if (!hasErrorCode(error, 'QMP_UNAVAILABLE', 'QMP_PROTOCOL')) throw error
      await pause(pauseMs)
    }
  }
  return true
}

async function endUnseen({ qemu, paths }: Machine): Promise<MachineEnd> {
  return { status: await qemu.exited, lastLines: await readLastLogLines(paths.logFile, qemu.logStart) }
}
