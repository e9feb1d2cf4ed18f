/**
 * The copying of a simulated machine's disk into another file, as QEMU's mirror job tells of it: it runs, is ready, waits to be
 * finalized, is concluded. Nothing is copied: simulated disks have no content.
 */
import { MiB } from '@berth/core/units/bytes'
import { SimRefusal } from './sim-refusal.ts'

type Status = 'running' | 'ready' | 'pending' | 'concluded'

/** Of a disk of the demo's own: what a small system takes. */
const copiedBytes = 512 * MiB
const fullBytesPerSecond = 400 * MiB

export interface SimMirrorPlan {
  readonly id: string
  /** 0: as fast as it goes. */
  readonly bytesPerSecond: number
}

export class SimMirror {
  readonly id: string
  #status: Status = 'running'
  #error: string | undefined
  #doneBytes = 0
  #sinceMs = performance.now()
  #bytesPerSecond: number

  constructor({ id, bytesPerSecond }: SimMirrorPlan) {
    this.id = id
    this.#bytesPerSecond = bytesPerSecond || fullBytesPerSecond
  }

  /** As query-jobs answers. */
  figures(): Readonly<Record<string, unknown>> {
    this.#goOn()
    return {
      ...{ id: this.id, type: 'mirror', status: this.#status },
      ...{ 'current-progress': Math.floor(this.#doneBytes), 'total-progress': copiedBytes },
      ...(this.#error !== undefined && { error: this.#error }),
    }
  }

  setSpeed(bytesPerSecond: number): void {
    this.#goOn()
    this.#bytesPerSecond = bytesPerSecond || fullBytesPerSecond
  }

  complete(): void {
    this.#goOn()
    this.#require('ready')
    this.#status = 'pending'
  }

  finalize(): void {
    this.#require('pending')
    this.#status = 'concluded'
  }

  cancel(): void {
    if (this.#status === 'concluded') return
    this.#error = 'Operation canceled'
    this.#status = 'concluded'
  }

  dismiss(): void {
    this.#require('concluded')
  }

  #require(status: Status): void {
    if (this.#status === status) return
    throw new SimRefusal(`Job '${this.id}' in state '${this.#status}' cannot accept this command verb`)
  }

  #goOn(): void {
    const nowMs = performance.now()
    const gained = ((nowMs - this.#sinceMs) / 1_000) * this.#bytesPerSecond
    this.#sinceMs = nowMs
    this.#doneBytes = Math.min(copiedBytes, this.#doneBytes + gained)
    if (this.#status === 'running' && this.#doneBytes === copiedBytes) this.#status = 'ready'
  }
}
