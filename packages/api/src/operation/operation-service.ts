/** Starting, showing and cancelling operations: the one way by which work gets into the queue. */
import { createHash } from 'node:crypto'
import { AppError } from '@berth/core/errors/app-error'
import type { OperationKind, OperationView } from '@berth/core/operation/operation'
import type { DatabaseClient, PrismaClient } from '@berth/prisma/client'
import { violatedUniqueIndex } from '@berth/prisma/database-errors'
import { announce } from '../events/outbox-repo.ts'
import type {
  OperationFilter,
  OperationPort,
  OperationRequest,
  RepeatQuestion,
  StartedOperation,
} from '../trpc/operation-port.ts'
import type { Caller } from '../trpc/caller.ts'
import type { Page, PageCut } from '../trpc/paging.ts'
import type { OperationArgs } from '../workflows/operation-args.ts'
import { workflowRegistry } from '../workflows/workflow-registry.ts'
import { addRunJob, findByKey, findOpenOnVm, insertOperation, type NewOperation } from './operation-accept-repo.ts'
import { actorOf, type OperationActor } from './operation-actor.ts'
import { findOperationView, listOperationViews, requestCancel } from './operation-view-repo.ts'

export interface StartOperation<K extends OperationKind> {
  readonly kind: K
  readonly args: OperationArgs<K>
  readonly target: NewOperation['target']
  readonly actor: OperationActor
  readonly idempotencyKey?: string | undefined
  readonly request: unknown
  readonly retryOfId?: string | undefined
  readonly accept?: ((tx: DatabaseClient, operationId: string) => Promise<void>) | undefined
}

export class OperationService implements OperationPort {
  readonly #db: PrismaClient
  readonly #cancelListeners = new Set<(operationId: string) => void>()

  constructor(db: PrismaClient) {
    this.#db = db
  }

  start<K extends OperationKind>({ caller, ...request }: OperationRequest<K>): Promise<StartedOperation> {
    return this.startAs({ ...request, actor: actorOf(caller) })
  }

  /** As `start`, for Berth's own jobs too. Throws VM_BUSY, IDEMPOTENCY_MISMATCH, or what `accept` threw. */
  async startAs<K extends OperationKind>(start: StartOperation<K>): Promise<StartedOperation> {
    const { kind, actor, idempotencyKey, target } = start
    const requestHash = hashOf({ kind, request: start.request })
    const known = await this.#findRepeated(actor, idempotencyKey, requestHash)
    if (known) return known
    const { version, checkArgs } = workflowRegistry[kind]
    checkArgs(start.args)
    try {
      const { args, accept, retryOfId } = start
      const operationId = await insertOperation(this.#db, {
        kind,
        version,
        args,
        target,
        actor,
        idempotencyKey,
        requestHash,
        retryOfId,
        accept,
      })
      return { operationId, vmId: target.vmId ?? null, imageId: target.imageId ?? null }
    } catch (error) {
      // Of two that came at once with one key, the other may have won, and what it changed may be why this one failed.
      const repeated = await this.#findRepeated(actor, idempotencyKey, requestHash)
      if (repeated) return repeated
      throw await this.#namedError(error, target.vmId)
    }
  }

  async findRepeated({ kind, caller, idempotencyKey, request }: RepeatQuestion): Promise<StartedOperation | null> {
    return this.#findRepeated(actorOf(caller), idempotencyKey, hashOf({ kind, request }))
  }

  async findByKey(caller: Caller, idempotencyKey: string): Promise<string | null> {
    return (await findByKey(this.#db, actorOf(caller).key, idempotencyKey))?.id ?? null
  }

  list(filter: OperationFilter, page: PageCut): Promise<Page<OperationView>> {
    return listOperationViews(this.#db, filter, page)
  }

  async get(operationId: string, ownerId: string | null): Promise<OperationView> {
    const view = await findOperationView(this.#db, operationId, ownerId)
    if (view === null) throw new AppError('OPERATION_NOT_FOUND', `There is no task ${operationId}.`)
    return view
  }

  async cancel(operationId: string, ownerId: string | null): Promise<void> {
    const view = await this.get(operationId, ownerId)
    const cancelled = await this.#db.$transaction(async (tx) => {
      const row = await requestCancel(tx, operationId)
      if (row === null) return false
      const { vmId, actorUserId: ownerId } = row
      await announce(tx, { kind: 'operation.changed', operationId, vmId, ownerId })
      // Nobody may be at it: one that waits for others is ended by the next worker.
      if (row.status === 'queued') await addRunJob(tx, operationId)
      return true
    })
    if (!cancelled) {
      const why = view.endedAt === null ? 'is past the point where it could be undone' : `has ended (${view.status})`
      throw new AppError('OPERATION_NOT_CANCELLABLE', `"${view.title}" ${why}.`)
    }
    for (const listener of this.#cancelListeners) listener(operationId)
  }

  /** A worker of this process hears of a cancel at once; those of other panels with their lease's next renewal. */
  onCancel(listener: (operationId: string) => void): () => void {
    this.#cancelListeners.add(listener)
    return () => this.#cancelListeners.delete(listener)
  }

  async #findRepeated(
    actor: OperationActor,
    idempotencyKey: string | undefined,
    requestHash: string,
  ): Promise<StartedOperation | null> {
    if (idempotencyKey === undefined) return null
    const known = await findByKey(this.#db, actor.key, idempotencyKey)
    if (known === null) return null
    if (known.requestHash === requestHash) return { operationId: known.id, vmId: known.vmId, imageId: known.imageId }
    throw new AppError('IDEMPOTENCY_MISMATCH', `The key "${idempotencyKey}" was used for another request.`, {
      details: { operationId: known.id },
    })
  }

  async #namedError(error: unknown, vmId: string | undefined): Promise<unknown> {
    if (violatedUniqueIndex(error) === 'operation_retry_of_id_key') {
      return new AppError('OPERATION_NOT_RETRYABLE', 'It was tried again already.', { cause: error })
    }
    if (violatedUniqueIndex(error) !== 'operation_one_per_vm' || vmId === undefined) return error
    const running = await findOpenOnVm(this.#db, vmId)
    return new AppError('VM_BUSY', `Busy: ${running?.title ?? 'another task'}.`, {
      details: { operationId: running?.id ?? null, title: running?.title ?? null },
      cause: error,
    })
  }
}

/** SHA-256 of the value's JSON with sorted keys: the same request in another order of fields is the same request. */
function hashOf(value: unknown): string {
  const text = JSON.stringify(value, (_key, each: unknown) => (isPlainObject(each) ? sorted(each) : each))
  return createHash('sha256').update(text).digest('hex')
}

const isPlainObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const sorted = (value: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
