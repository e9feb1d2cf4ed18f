/** QEMU's events of a move over whichever link to it is the present one: a lost link is made again beside this. */
import { setTimeout as pause } from 'node:timers/promises'
import { hasErrorCode } from '@berth/core/errors/app-error'
import type { QmpEventListener } from '../qmp/event-listener.ts'
import type { QmpEvent } from '../qmp/qmp-message.ts'
import type { QmpClient } from '../qmp/qmp-client.ts'

const names = ['MIGRATION', 'MIGRATION_PASS', 'STOP'] as const
export type MoveEvent = QmpEvent<(typeof names)[number]>

export class MigrationEars implements Disposable {
  readonly #holder: { readonly qmp: QmpClient }
  #listener: QmpEventListener<MoveEvent['name']>

  /** Listens from now on. */
  constructor(holder: { readonly qmp: QmpClient }) {
    this.#holder = holder
    this.#listener = holder.qmp.listen(names)
  }

  /** The next event, or undefined when none came in time, the wait was aborted, or the link was lost: then look. */
  async next(timeoutMs: number, signal: AbortSignal): Promise<MoveEvent | undefined> {
    try {
      return await this.#listener.next({ timeoutMs, signal })
    } catch (error) {
      if (hasErrorCode(error, 'QMP_TIMEOUT', 'OPERATION_CANCELLED')) return undefined
      if (!hasErrorCode(error, 'QMP_INTERRUPTED', 'QMP_UNAVAILABLE')) throw error
      await pause(timeoutMs, undefined, { signal }).catch(() => undefined)
      this.#listener[Symbol.dispose]()
      this.#listener = this.#holder.qmp.listen(names)
      return undefined
    }
  }

  /** What came meanwhile: QEMU tells an event before an answer in which it shows. */
  heard(): MoveEvent[] {
    return this.#listener.takeQueued()
  }

  [Symbol.dispose](): void {
    this.#listener[Symbol.dispose]()
  }
}
