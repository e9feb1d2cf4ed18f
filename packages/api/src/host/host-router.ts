import { z } from 'zod'
import { agentContract } from '@berth/core/agent-contract/agent-contract'
import { hostStateSchema } from '@berth/core/host/host'
import { hostIdSchema } from '@berth/core/ids/ids'
import { metricsQuerySchema } from '@berth/core/metrics/metric-series'
import { t } from '../trpc/init.ts'
import { pageCutOf, pageInput } from '../trpc/paging.ts'
import { adminOnly } from '../trpc/procedures.ts'
import { findHostViews, listHostIds, requireHostRow, requireHostView } from './host-repo.ts'
import { membershipProcedures } from './membership-procedures.ts'

const hostListInput = z
  .strictObject({
    ...pageInput,
    filter: z
      .strictObject({
        text: z.string().trim().max(200).optional(),
        state: z.array(hostStateSchema).min(1).max(3).optional(),
      })
      .default({}),
  })
  .prefault({})

export const hostRouter = t.router({
  ...membershipProcedures,
  list: adminOnly.input(hostListInput).query(async ({ ctx, input }) => {
    const { items, nextCursor } = await listHostIds(ctx.panel.db, input.filter, pageCutOf(input))
    return { items: await findHostViews(ctx.panel, items), nextCursor }
  }),
  get: adminOnly
    .input(z.strictObject({ hostId: hostIdSchema }))
    .query(({ ctx, input }) => requireHostView(ctx.panel, input.hostId)),
  metrics: adminOnly
    .input(z.strictObject({ hostId: hostIdSchema, query: metricsQuerySchema }))
    .query(async ({ ctx, input }) => {
      await requireHostRow(ctx.panel.db, input.hostId)
      return ctx.panel.agents.link(input.hostId).call(agentContract.host.metrics, input.query)
    }),
})
