/** A machine that is on, as its actor follows it: what its QEMU says and its end come as letters, in that order. */
import { watchMachine, type MachineEnd, type MachineHandlers } from './machine-watch.ts'
import type { Machine } from './machine.ts'

/** A machine that is on: its process and what is known of its run. */
export interface Run {
  readonly machine: Machine
  readonly ended: Promise<void>
  /** Aborts when the run has ended. */
  readonly signal: AbortSignal
  readonly end: () => void
}

export interface FollowHandlers extends MachineHandlers {
  /** Once, when the process is gone; `run.ended` resolves with the call of `done`. */
  readonly onEnd: (run: Run, end: MachineEnd, done: () => void) => void
  readonly onBroken: (error: unknown) => void
}

/** From now on, until the process is gone or `letGo` aborts. */
export function followRun(machine: Machine, handlers: FollowHandlers, letGo: AbortSignal): Run {
  const abort = new AbortController()
  const { promise, resolve } = Promise.withResolvers<void>()
  const run = { machine, ended: promise, signal: abort.signal, end: () => abort.abort() }
  const finish = (end: MachineEnd): void => handlers.onEnd(run, end, resolve)
  watchMachine(machine, handlers, letGo).then(
    (end) => (end === undefined ? undefined : finish(end)),
    (error: unknown) => {
      handlers.onBroken(error)
      finish({ status: undefined, lastLines: [] })
    },
  )
  return run
}
