import { z } from 'zod'
import { agentContract } from '@berth/core/agent-contract/agent-contract'
import { AppError } from '@berth/core/errors/app-error'
import { hostStateSchema } from '@berth/core/host/host'
import { cidrSchema } from '@berth/core/network/cidr'
import { hostIdSchema } from '@berth/core/ids/ids'
import { metricsQuerySchema } from '@berth/core/metrics/metric-series'
import { t } from '../trpc/init.ts'
import { pageCutOf, pageInput } from '../trpc/paging.ts'
import { announce } from '../events/outbox-repo.ts'
import { findHostPaths } from '../forecast/host-paths-repo.ts'
import { idempotencyKeySchema } from '../trpc/idempotency-key.ts'
import { adminChanging, adminOnly, audited, doneAtOnce } from '../trpc/procedures.ts'
import { findHostViews, listHostIds, requireHostRow, requireHostView, setMoveNetwork } from './host-repo.ts'
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
  /** Of moves that begin from now on. `moveNetwork` null: machines come by the host's address. */
  setMoveNetwork: adminChanging
    .input(z.strictObject({ hostId: hostIdSchema, moveNetwork: cidrSchema.nullable(), ...idempotencyKeySchema }))
    .use(audited)
    .mutation(async ({ ctx, input: { hostId, moveNetwork } }) => {
      ctx.notes.targetName = await ctx.panel.db.$transaction(async (tx) => {
        const name = await setMoveNetwork(tx, hostId, moveNetwork)
        await announce(tx, { kind: 'host.changed', hostId })
        return name
      })
      return doneAtOnce
    }),
  /** What one stream to each other host carried when that was measured last. Asking measures nothing. */
  paths: adminOnly
    .input(z.strictObject({ hostId: hostIdSchema }))
    .query(({ ctx, input }) => findHostPaths(ctx.panel, input.hostId)),
  /** Sends as fast as the way carries, for a second. */
  measurePath: adminOnly
    .input(z.strictObject({ hostId: hostIdSchema, targetHostId: hostIdSchema }))
    .query(async ({ ctx, input: { hostId, targetHostId }, signal }) => {
      if (hostId === targetHostId) throw new AppError('INPUT_INVALID', 'That is the same host.')
      const path = { sourceHostId: hostId, targetHostId }
      return ctx.panel.measures.measurePath(path, signal ?? new AbortController().signal)
    }),
  metrics: adminOnly
    .input(z.strictObject({ hostId: hostIdSchema, query: metricsQuerySchema }))
    .query(async ({ ctx, input }) => {
      await requireHostRow(ctx.panel.db, input.hostId)
      return ctx.panel.agents.link(input.hostId).call(agentContract.host.metrics, input.query)
    }),
})
