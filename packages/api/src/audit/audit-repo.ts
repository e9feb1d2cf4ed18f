/** The audit trail: written once per event, never changed (a trigger of the database refuses it). */
import { z } from 'zod'
import type { DatabaseClient, Prisma } from '@berth/prisma/client'
import { decodeCursor, encodeCursor, type Page, type PageCut } from '../trpc/paging.ts'

export interface AuditEntry {
  readonly actorUserId: string | null
  readonly actorName: string
  readonly via: string
  readonly viaId: string | null
  readonly ip: string | null
  readonly procedure: string
  readonly targetKind: string | null
  readonly targetId: string | null
  readonly targetName: string | null
  readonly operationId: string | null
  readonly outcome: 'ok' | 'denied' | 'failed'
  readonly errorCode: string | null
  /** Of requests that are folded: by what. */
  readonly details?: Readonly<Record<string, string>>
}

export const auditViewSchema = z.object({
  auditId: z.string(),
  at: z.iso.datetime(),
  actor: z.object({ userId: z.string().nullable(), name: z.string(), via: z.string() }),
  ip: z.string().nullable(),
  procedure: z.string(),
  target: z.object({ kind: z.string().nullable(), id: z.string().nullable(), name: z.string().nullable() }),
  operationId: z.string().nullable(),
  outcome: z.string(),
  errorCode: z.string().nullable(),
})
export type AuditView = z.infer<typeof auditViewSchema>

export async function insertAudit(db: DatabaseClient, entry: AuditEntry): Promise<void> {
  await db.audit.create({ data: entry, select: { id: true } })
}

export interface AuditFilter {
  /** Who looks, and so sees no more than what is about him; null: everything. */
  readonly viewerId: string | null
  readonly userId?: string | undefined
  readonly targetId?: string | undefined
  readonly procedure?: string | undefined
  readonly outcome?: string | undefined
}

/** Newest first. */
export async function listAudit(db: DatabaseClient, filter: AuditFilter, page: PageCut): Promise<Page<AuditView>> {
  const where: Prisma.AuditWhereInput = {
    ...(filter.userId === undefined ? {} : { actorUserId: filter.userId }),
    ...(filter.targetId === undefined ? {} : { targetId: filter.targetId }),
    ...(filter.procedure === undefined ? {} : { procedure: { startsWith: filter.procedure } }),
    ...(filter.outcome === undefined ? {} : { outcome: filter.outcome }),
    AND: filter.viewerId === null ? [] : [await aboutViewer(db, filter.viewerId)],
  }
  if (page.cursor !== undefined) {
    const [at, id] = decodeCursor(page.cursor)
    where.OR = [{ at: { lt: new Date(at) } }, { at: new Date(at), id: { lt: id } }]
  }
  const rows = await db.audit.findMany({ where, orderBy: [{ at: 'desc' }, { id: 'desc' }], take: page.limit + 1 })
  const items = rows.slice(0, page.limit)
  const last = rows.length > page.limit ? items.at(-1) : undefined
  return {
    items: items.map((row) => ({
      auditId: row.id,
      at: row.at.toISOString(),
      actor: { userId: row.actorUserId, name: row.actorName, via: row.via },
      ip: filter.viewerId === null || row.actorUserId === filter.viewerId ? row.ip : null,
      procedure: row.procedure,
      target: { kind: row.targetKind, id: row.targetId, name: row.targetName },
      operationId: row.operationId,
      outcome: row.outcome,
      errorCode: row.errorCode,
    })),
    nextCursor: last ? encodeCursor([last.at.toISOString(), last.id]) : null,
  }
}

/** What he asked for, and what was asked of his machines, those that he has deleted included. */
async function aboutViewer(db: DatabaseClient, viewerId: string): Promise<Prisma.AuditWhereInput> {
  const vms = await db.vm.findMany({ where: { ownerId: viewerId }, select: { id: true } })
  return { OR: [{ actorUserId: viewerId }, { targetKind: 'vm', targetId: { in: vms.map((vm) => vm.id) } }] }
}
