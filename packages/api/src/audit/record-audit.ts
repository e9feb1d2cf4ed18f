/**
 * One record per mutation that was understood: who, through what, from where, on what, and how it ended. Inputs are not
 * kept, since they hold passwords and keys; the target is.
 */
import { z } from 'zod'
import { appErrorOf } from '../trpc/error-map.ts'
import type { RequestContext } from '../trpc/panel.ts'
import { errorCodeInfo } from '@berth/core/errors/error-codes'
import { isRepeated } from './audit-fold-repo.ts'
import { type AuditEntry, insertAudit } from './audit-repo.ts'

interface Ended {
  readonly path: string
  readonly input: unknown
  readonly result: { readonly ok: true; readonly data: unknown } | { readonly ok: false; readonly error: unknown }
}

const targetFields = ['vmId', 'imageId', 'hostId', 'operationId', 'tokenId', 'userId'] as const
const fieldsSchema = z.record(z.string(), z.unknown()).catch({})
const startedSchema = z.object({ operationId: z.uuid().nullish().catch(null) }).catch({ operationId: null })

export async function recordAudit(ctx: RequestContext, ended: Ended): Promise<void> {
  const { caller, notes } = ctx
  if (caller === null) return
  const target = targetOf(fieldsSchema.parse(ended.input))
  const error = ended.result.ok ? undefined : appErrorOf(ended.result.error)
  const entry: AuditEntry = {
    actorUserId: caller.userId,
    actorName: caller.name,
    via: caller.kind,
    viaId: caller.kind === 'session' ? caller.sessionId : caller.tokenId,
    ip: ctx.ip,
    procedure: ended.path,
    targetKind: notes.targetKind ?? target?.kind ?? null,
    targetId: notes.targetId ?? target?.id ?? null,
    targetName: notes.targetName ?? null,
    operationId: ended.result.ok ? (startedSchema.parse(ended.result.data).operationId ?? null) : null,
    outcome: error === undefined ? 'ok' : outcomeOf(errorCodeInfo(error.code).kind),
    errorCode: error?.code ?? null,
    ...(notes.foldBy && { details: notes.foldBy }),
  }
  if (!(await isRepeated(ctx.panel.db, entry))) await insertAudit(ctx.panel.db, entry)
}

const outcomeOf = (kind: string): 'denied' | 'failed' =>
  kind === 'internal' || kind === 'failed' ? 'failed' : 'denied'

function targetOf(input: Record<string, unknown>): { kind: string; id: string } | undefined {
  for (const field of targetFields) {
    const id = input[field]
    if (typeof id === 'string') return { kind: field.slice(0, -2), id }
  }
  return undefined
}
