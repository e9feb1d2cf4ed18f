import { z } from 'zod'
import { AppError } from '@berth/core/errors/app-error'
import { hostIdSchema, imageIdSchema, operationIdSchema, vmIdSchema } from '@berth/core/ids/ids'
import { operationKindSchema, operationStatusSchema } from '@berth/core/operation/operation'
import { findMove } from '../migration/move-row-repo.ts'
import { ownerScope } from '../trpc/caller.ts'
import { idempotencyKeySchema } from '../trpc/idempotency-key.ts'
import { t } from '../trpc/init.ts'
import { pageCutOf, pageInput } from '../trpc/paging.ts'
import { audited, changing, signedIn } from '../trpc/procedures.ts'
import { retryOperation } from './retry-operation.ts'

const operationListInput = z
  .strictObject({
    ...pageInput,
    filter: z
      .strictObject({
        vmId: vmIdSchema.optional(),
        hostId: hostIdSchema.optional(),
        imageId: imageIdSchema.optional(),
        /** Whoever started it. */
        actorUserId: z.uuid().optional(),
        status: z.array(operationStatusSchema).min(1).max(10).optional(),
        kind: z.array(operationKindSchema).min(1).max(20).optional(),
      })
      .default({}),
  })
  .prefault({})

export const operationRouter = t.router({
  /** Newest first. A user sees his own and those on his machines. */
  list: signedIn
    .input(operationListInput)
    .query(({ ctx, input }) =>
      ctx.panel.operations.list({ ownerId: ownerScope(ctx.caller), ...input.filter }, pageCutOf(input)),
    ),
  get: signedIn
    .input(z.strictObject({ operationId: operationIdSchema }))
    .query(({ ctx, input }) => ctx.panel.operations.get(input.operationId, ownerScope(ctx.caller))),
  /** Of a task that moves a machine: where from and to, its newest figures, and how it went. OBJECT_NOT_FOUND for any other. */
  move: signedIn.input(z.strictObject({ operationId: operationIdSchema })).query(async ({ ctx, input }) => {
    const { title } = await ctx.panel.operations.get(input.operationId, ownerScope(ctx.caller))
    const found = await findMove(ctx.panel.db, input.operationId)
    if (found === null) throw new AppError('OBJECT_NOT_FOUND', `"${title}" moves no machine.`)
    return found.move
  }),
  /** The same input as a new task; judged as if it were asked for the first time. */
  retry: changing
    .input(z.strictObject({ operationId: operationIdSchema, ...idempotencyKeySchema }))
    .use(audited)
    .mutation(({ ctx, input }) =>
      retryOperation(ctx, { operationId: input.operationId, idempotencyKey: input.idempotencyKey }),
    ),
  cancel: changing
    .input(z.strictObject({ operationId: operationIdSchema, ...idempotencyKeySchema }))
    .use(audited)
    .mutation(async ({ ctx, input }) => {
      await ctx.panel.operations.cancel(input.operationId, ownerScope(ctx.caller))
      return { operationId: input.operationId }
    }),
})
