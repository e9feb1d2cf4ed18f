import { z } from 'zod'
import { pageCutOf, pageInput } from '../trpc/paging.ts'
import { adminOnly } from '../trpc/procedures.ts'
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
  list: adminOnly
    .input(auditListInput)
    .query(({ ctx, input }) => listAudit(ctx.panel.db, input.filter, pageCutOf(input))),
})
