/**
 * Who asks how a machine's memory changes. One measurement at a time for a machine, which all who ask meanwhile get, and
 * few at once on the host. It ends when nobody waits for it any more, and when the machine begins to move: then QEMU logs
 * every write, and the figures would be its own.
 */
import { AppError } from '@berth/core/errors/app-error'
import type { VmId } from '@berth/core/ids/ids'
import type { DirtySample } from '@berth/core/migration/move-forecast'
import type { VmActor } from '../vm/vm-actor.ts'
import type { VmRegistry } from '../vm/vm-registry.ts'
import { measureDirty } from './measure-dirty.ts'

interface Measuring {
  readonly sample: Promise<DirtySample>
  readonly abort: AbortController
  waiting: number
}

const mostAtOnce = 2

export class DirtyDesk {
  readonly #machines: VmRegistry
  readonly #measuring = new Map<VmId, Measuring>()
  readonly #queue: (() => void)[] = []
  #working = 0

  constructor(machines: VmRegistry) {
    this.#machines = machines
  }

  /** Throws VM_NOT_FOUND, VM_STATE_CONFLICT, FORECAST_UNAVAILABLE, OPERATION_CANCELLED by `signal`. */
  async measure(vmId: VmId, signal: AbortSignal): Promise<DirtySample> {
    const measuring = this.#measuring.get(vmId) ?? this.#begin(this.#machines.require(vmId))
    measuring.waiting++
    const gone = Promise.withResolvers<never>()
    const leave = (): void => gone.reject(new AppError('OPERATION_CANCELLED', 'Nobody waits for it any more.'))
    signal.addEventListener('abort', leave, { once: true })
    try {
      if (signal.aborted) leave()
      return await Promise.race([measuring.sample, gone.promise])
    } finally {
      signal.removeEventListener('abort', leave)
      measuring.waiting--
      if (measuring.waiting === 0) measuring.abort.abort(new AppError('OPERATION_CANCELLED', 'Nobody waits for it.'))
    }
  }

  #begin(actor: VmActor): Measuring {
    requireStill(actor)
    const abort = new AbortController()
    const sample = this.#inTurn(abort.signal, () => measureActor(actor, abort.signal)).finally(() =>
      this.#measuring.delete(actor.vmId),
    )
    // All who waited may have left.
    sample.catch(() => undefined)
    const measuring = { sample, abort, waiting: 0 }
    this.#measuring.set(actor.vmId, measuring)
    return measuring
  }

  async #inTurn<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    if (this.#working >= mostAtOnce) await new Promise<void>((resolve) => this.#queue.push(resolve))
    else this.#working++
    try {
      signal.throwIfAborted()
      return await work()
    } finally {
      const next = this.#queue.shift()
      if (next === undefined) this.#working--
      else next()
    }
  }
}

async function measureActor(actor: VmActor, signal: AbortSignal): Promise<DirtySample> {
  requireStill(actor)
  const { pid, spec } = actor.requireMachine()
  const isRunning = actor.record.state === 'running'
  const check = (): void => {
    requireStill(actor)
    if (actor.requireMachine().pid !== pid) throw new AppError('VM_STATE_CONFLICT', 'The machine was started anew.')
  }
  return measureDirty({ pid, memoryBytes: spec.memoryBytes, isRunning, check, signal })
}

function requireStill({ record, hasProcess }: VmActor): void {
  if (hasProcess && (record.state === 'running' || record.state === 'paused')) return
  throw new AppError('VM_STATE_CONFLICT', `Its memory is not measured while the machine is ${record.state}.`)
}
