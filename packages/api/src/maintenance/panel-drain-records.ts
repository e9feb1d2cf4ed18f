/**
 * What the workflow that empties a host needs of the panel. Its tasks are asked for as anybody would ask for them, by the same
 * verbs and under the name of whoever began it, so that the same rules judge them; `serve` gives it the panel, which is made
 * later than the workers are.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { AppError, hasErrorCode, wireErrorSchema } from '@berth/core/errors/app-error'
import { operationStatusSchema } from '@berth/core/operation/operation'
import type { PrismaClient } from '@berth/prisma/client'
import type { MovePlan } from '@berth/core/maintenance/drain'
import { migrateVm } from '../migration/migrate-vm.ts'
import type { Caller } from '../trpc/caller.ts'
import type { Panel } from '../trpc/panel.ts'
import { vmMigrateInput } from '../vm/vm-inputs.ts'
import { askVmGracefully } from '../vm/vm-verbs.ts'
import type { DrainRecords } from '../workflows/ports.ts'
import { findChildren, findDrainActor, readDrain, setMaintenance, writeItems } from './drain-repo.ts'
import { isUnderWay, type DrainChild, type DrainItem, type DrainState } from './drain-state.ts'
import { makePlan } from './make-plan.ts'

/** A guest that does not listen stays on, and is told as left. */
const shutdownMs = 180_000

export class PanelDrainRecords implements DrainRecords {
  readonly #db: PrismaClient
  readonly #panel = Promise.withResolvers<Panel>()

  constructor(db: PrismaClient) {
    this.#db = db
  }

  serve(panel: Panel): void {
    this.#panel.resolve(panel)
  }

  close(hostId: string): Promise<void> {
    return this.#db.$transaction((tx) => setMaintenance(tx, hostId, true))
  }

  read(operationId: string): Promise<DrainState> {
    return readDrain(this.#db, operationId)
  }

  async plan({ hostId, items }: DrainState): Promise<MovePlan> {
    const { measures } = await this.#panel.promise
    const waiting = items.filter(({ state, choice }) => state === 'waiting' && choice === 'move')
    return makePlan({ db: this.#db, measures }, waiting, hostId)
  }

  write(operationId: string, items: readonly DrainItem[]): Promise<void> {
    return writeItems(this.#db, operationId, items)
  }

  async children({ items }: DrainState): Promise<ReadonlyMap<string, DrainChild>> {
    const ids = items.flatMap((item) => (isUnderWay(item) && item.childId !== null ? [item.childId] : []))
    const rows = await findChildren(this.#db, ids)
    return new Map(
      rows.map(({ id, status, error }) => [
        id,
        {
          status: operationStatusSchema.parse(status),
          message: wireErrorSchema.nullable().catch(null).parse(error)?.message ?? null,
        },
      ]),
    )
  }

  async begin(operationId: string, item: DrainItem): Promise<string> {
    const panel = await this.#panel.promise
    const caller = callerOf(operationId, await findDrainActor(this.#db, operationId))
    const asking = { panel, caller, notes: {} }
    const { vmId, tries, target } = item
    const idempotencyKey = `drain:${operationId}:${vmId}:${tries}`
    if (item.state === 'stopping') {
      const input = { vmId, timeoutMs: shutdownMs, idempotencyKey }
      return (await askVmGracefully(asking, 'shutdown', input)).operationId
    }
    if (target === null) throw new AppError('INTERNAL', 'A move without a target was begun.')
    const input = vmMigrateInput.parse({ vmId, targetHostId: target.hostId, idempotencyKey })
    return (await migrateVm(asking, input)).operationId
  }

  async stop(childId: string): Promise<void> {
    const { operations } = await this.#panel.promise
    try {
      await operations.cancel(childId, null)
    } catch (error) {
      // Past the point where it could be undone, or over: its end is read as that of any other.
      if (!hasErrorCode(error, 'OPERATION_NOT_CANCELLABLE')) throw error
    }
  }

  async pause(ms: number, signal: AbortSignal): Promise<void> {
    // An abort ends the wait early, and is found by whoever waited.
    await wait(ms, undefined, { signal }).catch(() => undefined)
  }
}

interface Actor {
  readonly actorUserId: string | null
  readonly actorName: string
  readonly actorVia: string
}

/** An administrator began it; what he may do now is no matter of tasks that he set going then. */
function callerOf(operationId: string, { actorUserId, actorName, actorVia }: Actor): Caller {
  const who = { userId: actorUserId ?? '', name: actorName, email: '', role: 'admin' } as const
  return actorVia === 'token'
    ? { kind: 'token', ...who, tokenId: operationId, tokenName: actorName }
    : { kind: 'session', ...who, sessionId: operationId, mustChangePassword: false }
}
