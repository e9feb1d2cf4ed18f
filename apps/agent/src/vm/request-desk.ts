/**
 * Lets requests in one by one, as request-queue.ts decides.
 *
 * Owner of its state: the request that works now. Invariant: `current` is set before the work begins and cleared after
 * it ended, whatever its end, so that two pieces of work never meet.
 */
import { AppError } from '@berth/core/errors/app-error'
import type { Mailbox } from './mailbox.ts'
import { admit, type RequestSituation, type RequestVerb } from './request-queue.ts'

interface Current {
  readonly verb: RequestVerb
  readonly ended: Promise<void>
  readonly abort: AbortController
}

export interface RequestDeskOptions {
  mailbox: Mailbox
  situation: () => Omit<RequestSituation, 'current'>
}

export class RequestDesk {
  readonly #options: RequestDeskOptions
  #current: Current | undefined

  constructor(options: RequestDeskOptions) {
    this.#options = options
  }

  get currentVerb(): RequestVerb | null {
    return this.#current?.verb ?? null
  }

  /**
   * Does `work` when its turn comes; returns when it is done, by this call or by the one it joined. Throws the refusal
   * (VM_STATE_CONFLICT, VM_BUSY), or what the work threw. `signal` ends the work early, where the work allows it.
   */
  async request(verb: RequestVerb, work: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
    while ((await this.#decide(verb, work, signal)) === 'again');
  }

  #decide(
    verb: RequestVerb,
    work: (signal: AbortSignal) => Promise<void>,
    signal: AbortSignal,
  ): Promise<'done' | 'again'> {
    const { promise, resolve, reject } = Promise.withResolvers<'done' | 'again'>()
    this.#options.mailbox.asked(() => {
      const current = this.#current
      const admission = admit({ ...this.#options.situation(), current: current?.verb ?? null }, verb)
      switch (admission.kind) {
        case 'run':
          this.#begin(verb, work, signal).then(() => resolve('done'), reject)
          break
        case 'done':
          resolve('done')
          break
        case 'join':
          current?.ended.then(() => resolve('done'), reject)
          break
        case 'preempt':
        case 'wait':
          if (admission.kind === 'preempt') current?.abort.abort()
          // However it ends, its caller is told; this one only waits for its turn.
          current?.ended.then(
            () => resolve('again'),
            () => resolve('again'),
          )
          break
        case 'deny':
          reject(new AppError(admission.code, admission.reason))
      }
    })
    return promise
  }

  #begin(verb: RequestVerb, work: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
    const abort = new AbortController()
    const ended = work(AbortSignal.any([abort.signal, signal])).finally(() => {
      this.#current = undefined
    })
    this.#current = { verb, ended, abort }
    return ended
  }
}
