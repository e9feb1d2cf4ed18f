/**
 * Ends what moves have left: what still waits on a target that was away when its move failed, and rows of machines of which
 * nobody could say who owned them when their move was given up. Any panel may do it, also twice: both sides answer the same.
 */
import type { Logger } from 'pino'
import { agentContract } from '@berth/core/agent-contract/agent-contract'
import { hasErrorCode } from '@berth/core/errors/app-error'
import { operationIdSchema, vmIdSchema } from '@berth/core/ids/ids'
import type { PrismaClient } from '@berth/prisma/client'
import type { AgentLink } from '../agents/agent-link.ts'
import { startTimer } from '../background/background-timer.ts'
import { askOwners, outcomeOf } from '../workflows/move-ownership.ts'
import type { WorkflowContext } from '../workflows/ports.ts'
import { findLostMoves, findOwedAbandons, type LeftOver } from './move-duty-repo.ts'
import { setAbandonOwed } from './move-row-repo.ts'

const everyMs = 5_000
const askMs = 10_000
/** It may stay lost for days, until somebody repairs a host. */
const askAgainMs = 60_000
/** An agent that refuses so often will not do it; what waits there is ended by its own next start at the latest. */
const maxTries = 10

export interface MoveKeeperOptions {
  readonly db: PrismaClient
  readonly context: WorkflowContext
  readonly log: Logger
}

export class MoveKeeper {
  readonly #options: MoveKeeperOptions
  /** A new attempt for each try, as an agent answers an old one from its journal. */
  readonly #tries = new Map<string, number>()
  /** When both hosts were asked about a lost move. */
  readonly #askedAt = new Map<string, number>()

  constructor(options: MoveKeeperOptions) {
    this.#options = options
  }

  async keepOnce(): Promise<void> {
    for (const left of await findOwedAbandons(this.#options.db)) await this.#each(left, () => this.#abandon(left))
    for (const left of await findLostMoves(this.#options.db)) await this.#each(left, () => this.#follow(left))
  }

  /** One host that does not answer must not keep the others waiting for ever. */
  async #each({ operationId }: LeftOver, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.#options.log.warn({ err: error, operationId }, 'what a move left could not be ended yet')
    }
  }

  async #abandon(left: LeftOver): Promise<void> {
    const { db, log } = this.#options
    const { operationId } = left
    const link = this.#linkOf(left.targetHostId)
    const attempt = (this.#tries.get(operationId) ?? 0) + 1
    if (link === null || attempt > maxTries || (await abandonOn(link, left, attempt))) {
      this.#tries.delete(operationId)
      await setAbandonOwed(db, operationId, false)
      log.info({ operationId, attempt }, 'nothing waits for this move any more')
      return
    }
    this.#tries.set(operationId, attempt)
  }

  async #follow(left: LeftOver): Promise<void> {
    const now = performance.now()
    if (now - (this.#askedAt.get(left.operationId) ?? Number.NEGATIVE_INFINITY) < askAgainMs) return
    this.#askedAt.set(left.operationId, now)
    const { context, log } = this.#options
    const outcome = outcomeOf(await askOwners(context, left, AbortSignal.timeout(askMs)))
    if (outcome.kind === 'undecided' || (outcome.kind === 'stayed' && outcome.epoch === left.vmEpoch)) return
    if (outcome.kind === 'twoOwners') throw new Error('Both hosts say that the machine is theirs.')
    const { epoch } = outcome
    const place =
      outcome.kind === 'moved' ? { hostId: left.targetHostId, disks: left.disks } : { hostId: left.sourceHostId }
    await context.vms.setOwner(left.vmId, { ...place, epoch })
    log.info({ operationId: left.operationId, outcome }, 'the owner of a machine is known again')
  }

  /** Null for a host that was removed. */
  #linkOf(hostId: string): AgentLink | null {
    try {
      return this.#options.context.link(hostId)
    } catch (error) {
      if (hasErrorCode(error, 'HOST_NOT_FOUND')) return null
      throw error
    }
  }
}

/** Whether nothing waits there any more. */
async function abandonOn(link: AgentLink, left: LeftOver, attempt: number): Promise<boolean> {
  const { vmEpoch, epoch } = left
  const moveId = operationIdSchema.parse(left.operationId)
  const command = { kind: 'move.abandon', vmId: vmIdSchema.parse(left.vmId), vmEpoch, moveId } as const
  const request = { operationId: moveId, step: 'abandon', attempt, epoch: Math.max(1, epoch), command, waitMs: askMs }
  const report = await link.call(agentContract.step.run, request, { timeoutMs: 2 * askMs })
  return report.status === 'succeeded'
}

export function startMoveKeeper(options: MoveKeeperOptions): Disposable {
  const keeper = new MoveKeeper(options)
  return startTimer({ name: 'moves', everyMs, log: options.log }, () => keeper.keepOnce())
}
