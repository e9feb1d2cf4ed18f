/**
 * Holds the operations that this panel works on: claims them, renews their leases every 4 s, and lets go of one as soon
 * as its lease may be another's. Owns no state but which ones are held right now; all else is rows.
 */
import type { Logger } from 'pino'
import { WorkAbandoned } from '@berth/core/workflow/step'
import type { PrismaClient } from '@berth/prisma/client'
import {
  claimOperation,
  endOperation,
  leaseMs,
  releaseLease,
  renewLease,
  type Claim,
} from '../operation/operation-lease-repo.ts'
import { brokenRun, runOperation } from '../operation/run-operation.ts'
import type { WorkflowContext } from '../workflows/ports.ts'

const renewalMs = 4_000

export interface OperationHolderOptions {
  readonly db: PrismaClient
  readonly context: WorkflowContext
  readonly log: Logger
  /** Names this process in the rows; for people only. */
  readonly owner: string
}

interface Held {
  readonly claim: Claim
  readonly cancelled: AbortController
  readonly abandoned: AbortController
}

export class OperationHolder {
  readonly #options: OperationHolderOptions
  readonly #held = new Map<string, Held>()
  readonly #running = new Set<Promise<void>>()
  #isStopping = false

  constructor(options: OperationHolderOptions) {
    this.#options = options
  }

  /** Runs one operation until it ends or is lost; nothing when another worker has it. Throws when the claim fails. */
  async hold(operationId: string): Promise<void> {
    if (this.#isStopping) return
    const { db, owner } = this.#options
    // Counted from before the claim was sent: the database counts from later, so ours never lasts longer than its own.
    const claimedAt = performance.now()
    const claim = await claimOperation(db, operationId, owner)
    if (claim === null) return
    const held = { claim, cancelled: new AbortController(), abandoned: new AbortController() }
    if (claim.isCancelRequested) held.cancelled.abort()
    this.#held.set(operationId, held)
    const work = this.#work(held, claimedAt).finally(() => this.#held.delete(operationId))
    this.#running.add(work)
    await work.finally(() => this.#running.delete(work))
  }

  cancel(operationId: string): void {
    this.#held.get(operationId)?.cancelled.abort()
  }

  /** Lets go of all, so that other workers go on at once. */
  async stop(): Promise<void> {
    const held = this.drop()
    await Promise.allSettled([...this.#running])
    await Promise.all(held.map(({ claim }) => releaseLease(this.#options.db, claim)))
  }

  /** As a killed process does: nothing is written any more, and nothing is given back. */
  drop(): readonly Held[] {
    this.#isStopping = true
    const held = [...this.#held.values()]
    for (const { abandoned } of held) abandoned.abort()
    return held
  }

  async #work(held: Held, claimedAt: number): Promise<void> {
    const { db, context } = this.#options
    const { claim, cancelled, abandoned } = held
    const log = this.#options.log.child({ operationId: claim.operationId, kind: claim.kind, epoch: claim.epoch })
    using _renewal = this.#renew(held, claimedAt)
    try {
      const end = await runOperation({
        db,
        context,
        claim,
        cancelled: cancelled.signal,
        abandoned: abandoned.signal,
      })
      log.info({ status: end.status, errorCode: end.error?.code }, 'operation ended')
    } catch (error) {
      if (error instanceof WorkAbandoned) {
        log.warn({ err: error }, 'operation given up')
        return
      }
      log.error({ err: error }, 'operation broke')
      await endOperation(db, claim, brokenRun(error))
    }
  }

  #renew(held: Held, claimedAt: number): Disposable {
    let renewedAt = claimedAt
    let isAsking = false
    const renew = async (): Promise<void> => {
      const askedAt = performance.now()
      // The database may be away. Once the lease may have run out, somebody else may have it.
      if (askedAt - renewedAt >= leaseMs) held.abandoned.abort()
      if (isAsking || held.abandoned.signal.aborted) return
      isAsking = true
      try {
        const answer = await renewLease(this.#options.db, held.claim)
        renewedAt = askedAt
        if (answer === null) held.abandoned.abort()
        if (answer?.isCancelRequested) held.cancelled.abort()
      } catch (error) {
        this.#options.log.warn({ err: error, operationId: held.claim.operationId }, 'lease not renewed')
      } finally {
        isAsking = false
      }
    }
    const timer = setInterval(() => void renew(), renewalMs)
    return { [Symbol.dispose]: () => clearInterval(timer) }
  }
}
