import { z } from 'zod'
import { isAdmin, ownerScope } from '../trpc/caller.ts'
import { idempotencyKeySchema } from '../trpc/idempotency-key.ts'
import { t } from '../trpc/init.ts'
import { pageCutOf, pageInput } from '../trpc/paging.ts'
import { audited, changing, doneAtOnce, signedIn } from '../trpc/procedures.ts'
import { createApiToken, listApiTokens, revokeApiToken } from './api-token-repo.ts'

const tokenCreateInput = z.strictObject({
  name: z.string().trim().min(1).max(80),
  /** Days until it ends; null: never. */
  expiresInDays: z.int().min(1).max(3_650).nullable().default(90),
  ...idempotencyKeySchema,
})

const tokenListInput = z.strictObject({ ...pageInput, isEverybodys: z.boolean().default(false) }).prefault({})

export const tokenRouter = t.router({
  list: signedIn.input(tokenListInput).query(({ ctx, input }) => {
    const userId = input.isEverybodys && isAdmin(ctx.caller) ? null : ctx.caller.userId
    return listApiTokens(ctx.panel.db, userId, pageCutOf(input))
  }),
  /** The answer's `token` is shown this once. A repeated key makes another token: the first one's text is not kept. */
  create: changing
    .input(tokenCreateInput)
    .use(audited)
    .mutation(async ({ ctx, input }) => {
      const days = input.expiresInDays
      const expiresAt = days === null ? null : new Date(Date.now() + days * 86_400_000)
      const made = await createApiToken(ctx.panel.db, { userId: ctx.caller.userId, name: input.name, expiresAt })
      Object.assign(ctx.notes, { targetKind: 'token', targetId: made.tokenId, targetName: input.name })
      return { ...doneAtOnce, ...made }
    }),
  revoke: changing
    .input(z.strictObject({ tokenId: z.uuid(), ...idempotencyKeySchema }))
    .use(audited)
    .mutation(async ({ ctx, input }) => {
      await revokeApiToken(ctx.panel.db, input.tokenId, ownerScope(ctx.caller))
      return doneAtOnce
    }),
})
