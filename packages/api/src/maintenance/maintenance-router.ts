/** `maintenance.*`: hosts that are taken out of service, and plans for several machines at once. */
import { z } from 'zod'
import { hostIdSchema, vmIdSchema } from '@berth/core/ids/ids'
import { drainChoiceSchema } from '@berth/core/maintenance/drain'
import { idempotencyKeySchema } from '../trpc/idempotency-key.ts'
import { t } from '../trpc/init.ts'
import { adminChanging, adminOnly, audited, doneAtOnce } from '../trpc/procedures.ts'
import { findLastDrain } from './drain-repo.ts'
import { leaveMaintenance, pauseDrain, planDrain, planTicked, startDrain } from './maintain-host.ts'

const oneHost = z.strictObject({ hostId: hostIdSchema })
const changeHost = oneHost.extend(idempotencyKeySchema)

export const maintenanceRouter = t.router({
  /** Who would go where if the host were emptied now, in which order, and what each host looks like then. */
  plan: adminOnly.input(oneHost).query(({ ctx, input }) => planDrain(ctx.panel, input.hostId)),
  /** The same for machines that are named. */
  planMoves: adminOnly
    .input(z.strictObject({ vmIds: z.array(vmIdSchema).min(1).max(200) }))
    .query(({ ctx, input }) => planTicked(ctx.panel, input.vmIds)),
  /** The last time that it was emptied, and what became of each machine; null: it never was. */
  get: adminOnly.input(oneHost).query(({ ctx, input }) => findLastDrain(ctx.panel.db, input.hostId)),
  /** Closes the host and begins to empty it. `operation.cancel` stops that. */
  start: adminChanging
    .input(
      changeHost.extend({
        choices: z
          .array(z.strictObject({ vmId: vmIdSchema, choice: drainChoiceSchema }))
          .max(10_000)
          .default([]),
      }),
    )
    .use(audited)
    .mutation(({ ctx, input }) => startDrain(ctx, input)),
  pause: adminChanging
    .input(changeHost)
    .use(audited)
    .mutation(async ({ ctx, input }) => {
      await pauseDrain(ctx, input.hostId, true)
      return doneAtOnce
    }),
  resume: adminChanging
    .input(changeHost)
    .use(audited)
    .mutation(async ({ ctx, input }) => {
      await pauseDrain(ctx, input.hostId, false)
      return doneAtOnce
    }),
  /** The host takes machines again. `restart`: those that were shut down for it are started. */
  leave: adminChanging
    .input(changeHost.extend({ restart: z.boolean().default(true) }))
    .use(audited)
    .mutation(async ({ ctx, input }) => ({ ...doneAtOnce, ...(await leaveMaintenance(ctx, input)) })),
})
