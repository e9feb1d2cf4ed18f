/**
 * One record per mutation that was understood: who, through what, from where, on what, and how it ended. Inputs are not
 * kept, since they hold passwords and keys; the target is.
 *
 * A request that starts a task is recorded in the transaction that accepts it: with a panel or a database that dies right
 * after it there would be a task that nobody asked for. All others are recorded when they have ended.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { z } from 'zod'
import type { DatabaseClient } from '@berth/prisma/client'
import { appErrorOf } from '../trpc/error-map.ts'
import type { RequestContext } from '../trpc/panel.ts'
import { errorCodeInfo } from '@berth/core/errors/error-codes'
import { isRepeated } from './audit-fold-repo.ts'
import { type AuditEntry, insertAudit } from './audit-repo.ts'

interface Asked {
  readonly path: string
  readonly input: unknown
}

interface Ended extends Asked {
  readonly result: { readonly ok: true; readonly data: unknown } | { readonly ok: false; readonly error: unknown }
}

interface AuditScope {
  readonly ctx: RequestContext
  readonly asked: Asked
  /** The task whose acceptance was recorded with it. */
  acceptedId: string | null
  /** What a request set going and left behind is not asked by anybody any more. */
  isOver: boolean
}

type Target = Pick<AuditEntry, 'targetKind' | 'targetId' | 'targetName'>

const scopes = new AsyncLocalStorage<AuditScope>()
const targetFields = ['vmId', 'imageId', 'hostId', 'operationId', 'tokenId', 'userId'] as const
const fieldsSchema = z.record(z.string(), z.unknown()).catch({})
const startedSchema = z.object({ operationId: z.uuid().nullish().catch(null) }).catch({ operationId: null })

/** Runs a mutation, and records how it ended unless the acceptance of its task was recorded. */
export async function audit<T extends Ended['result']>(
  ctx: RequestContext,
  asked: Asked,
  work: () => Promise<T>,
): Promise<T> {
  const scope: AuditScope = { ctx, asked, acceptedId: null, isOver: false }
  const result = await scopes.run(scope, work)
  scope.isOver = true
  const isRecorded = result.ok && scope.acceptedId !== null && startedIn(result.data) === scope.acceptedId
  if (!isRecorded) await recordAudit(ctx, { ...asked, result })
  return result
}

/** Within the transaction that accepts the task; nothing where no request asked for it. `target`: the task's, where no note names one. */
export async function recordAcceptance(tx: DatabaseClient, operationId: string, target: Target): Promise<void> {
  const scope = scopes.getStore()
  if (scope === undefined || scope.isOver) return
  const entry = entryOf(scope.ctx, scope.asked, target)
  if (entry !== undefined) await insertAudit(tx, { ...entry, operationId, outcome: 'ok', errorCode: null })
}

/** Once that transaction is through. */
export function acceptanceIsRecorded(operationId: string): void {
  const scope = scopes.getStore()
  if (scope?.isOver === false) scope.acceptedId = operationId
}

async function recordAudit(ctx: RequestContext, ended: Ended): Promise<void> {
  const about = entryOf(ctx, ended)
  if (about === undefined) return
  const error = ended.result.ok ? undefined : appErrorOf(ended.result.error)
  const entry: AuditEntry = {
    ...about,
    operationId: ended.result.ok ? startedIn(ended.result.data) : null,
    outcome: error === undefined ? 'ok' : outcomeOf(errorCodeInfo(error.code).kind),
    errorCode: error?.code ?? null,
    ...(ctx.notes.foldBy && { details: ctx.notes.foldBy }),
  }
  if (!(await isRepeated(ctx.panel.db, entry))) await insertAudit(ctx.panel.db, entry)
}

function entryOf({ caller, notes, ip }: RequestContext, { path, input }: Asked, accepted?: Target) {
  if (caller === null) return undefined
  const target = targetOf(fieldsSchema.parse(input))
  return {
    actorUserId: caller.userId,
    actorName: caller.name,
    via: caller.kind,
    viaId: caller.kind === 'session' ? caller.sessionId : caller.tokenId,
    ip,
    procedure: path,
    targetKind: notes.targetKind ?? accepted?.targetKind ?? target?.kind ?? null,
    targetId: notes.targetId ?? accepted?.targetId ?? target?.id ?? null,
    targetName: notes.targetName ?? accepted?.targetName ?? null,
  }
}

const startedIn = (data: unknown): string | null => startedSchema.parse(data).operationId ?? null

const outcomeOf = (kind: string): 'denied' | 'failed' =>
  kind === 'internal' || kind === 'failed' ? 'failed' : 'denied'

function targetOf(input: Record<string, unknown>): { kind: string; id: string } | undefined {
  for (const field of targetFields) {
    const id = input[field]
    if (typeof id === 'string') return { kind: field.slice(0, -2), id }
  }
  return undefined
}
