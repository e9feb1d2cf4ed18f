import { sourceText } from '@berth/core/storage/pool-source'
import { t } from '../trpc/init.ts'
import { pageCutOf } from '../trpc/paging.ts'
import { adminChanging, adminOnly, audited, doneAtOnce } from '../trpc/procedures.ts'
import { attachPool, createSharedPool, detachPool } from './change-pools.ts'
import {
  poolAttachInput,
  poolCreateInput,
  poolDetachInput,
  poolListInput,
  poolTestInput,
  poolTestMountInput,
} from './pool-inputs.ts'
import { listPools } from './pool-repo.ts'
import { testDirectory } from './test-directory.ts'

export const poolRouter = t.router({
  /** A shared pool once, with all its hosts; then each host's own. */
  list: adminOnly.input(poolListInput).query(({ ctx, input }) => listPools(ctx.panel.db, pageCutOf(input))),
  /** What each host finds at the path. Changes nothing. */
  test: adminOnly
    .input(poolTestInput)
    .query(async ({ ctx, input }) => ({ items: await testDirectory(ctx.panel, input) })),
  /**
   * Each host mounts the export for as long as it looks at it. No query: another site's link must not make hosts speak to
   * a server of its choice.
   */
  testMount: adminChanging
    .input(poolTestMountInput)
    .use(audited)
    .mutation(async ({ ctx, input }) => {
      Object.assign(ctx.notes, { targetKind: 'pool', targetName: sourceText(input.source) })
      return { ...doneAtOnce, items: await testDirectory(ctx.panel, input) }
    }),
  createShared: adminChanging
    .input(poolCreateInput)
    .use(audited)
    .mutation(async ({ ctx, input }) => {
      Object.assign(ctx.notes, { targetKind: 'pool', targetName: input.name })
      const { operationId } = await createSharedPool(ctx.panel, ctx.caller, input)
      return { operationId }
    }),
  attach: adminChanging
    .input(poolAttachInput)
    .use(audited)
    .mutation(async ({ ctx, input }) => {
      Object.assign(ctx.notes, { targetKind: 'pool', targetId: input.poolId })
      const { operationId, name } = await attachPool(ctx.panel, ctx.caller, input)
      ctx.notes.targetName = name
      return { operationId }
    }),
  detach: adminChanging
    .input(poolDetachInput)
    .use(audited)
    .mutation(async ({ ctx, input }) => {
      Object.assign(ctx.notes, { targetKind: 'pool', targetId: input.poolId })
      const { operationId, name } = await detachPool(ctx.panel, ctx.caller, input)
      ctx.notes.targetName = name
      return { operationId }
    }),
})
