import { z } from 'zod'
import { ownerScope } from '../trpc/caller.ts'
import { pageCutOf, pageInput } from '../trpc/paging.ts'
import { signedIn } from '../trpc/procedures.ts'
import { t } from '../trpc/init.ts'
import { listAudit } from './audit-repo.ts'

const auditListInput = z
  .strictObject({
    ...pageInput,
    filter: z
      .strictObject({
        userId: z.uuid().optional(),
        targetId: z.string().max(100).optional(),
        procedure: z.string().max(100).optional(),
        outcome: z.enum(['ok', 'denied', 'failed']).optional(),
      })
      .default({}),
  })
  .prefault({})

export const auditRouter = t.router({
  /** A user sees what he asked for, and what was asked of his machines, without others' addresses. */
  list: signedIn
    .input(auditListInput)
    .query(({ ctx, input }) =>
      listAudit(ctx.panel.db, { ...input.filter, viewerId: ownerScope(ctx.caller) }, pageCutOf(input)),
    ),
})
