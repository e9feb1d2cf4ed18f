import { z } from 'zod'
import type { DatabaseClient } from '@berth/prisma/client'
import { isAdmin, ownerScope, type Caller } from '../trpc/caller.ts'
import { idempotencyKeySchema } from '../trpc/idempotency-key.ts'
import { t } from '../trpc/init.ts'
import { pageCutOf, pageInput } from '../trpc/paging.ts'
import { audited, changing, doneAtOnce, signedIn } from '../trpc/procedures.ts'
import { createApiToken, endOfToken, listApiTokens, revokeApiToken } from './api-token-repo.ts'

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
  /**
   * The answer's `token` is shown this once. A repeated key makes another token: the first one's text is not kept.
   * One that is made by a token ends with it at the latest, also when that one is revoked: or whoever has stolen an hour
   * would have for ever.
   */
  create: changing
    .input(tokenCreateInput)
    .use(audited)
    .mutation(async ({ ctx, input }) => {
      const expiresAt = await endOfNewToken(ctx.panel.db, ctx.caller, input.expiresInDays)
      const { caller } = ctx
      const made = await createApiToken(ctx.panel.db, {
        ...{ userId: caller.userId, name: input.name, expiresAt },
        ...(caller.kind === 'token' ? { madeById: caller.tokenId } : {}),
      })
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

async function endOfNewToken(db: DatabaseClient, maker: Caller, days: number | null): Promise<Date | null> {
  const wished = days === null ? null : new Date(Date.now() + days * 86_400_000)
  const latest = maker.kind === 'token' ? await endOfToken(db, maker.tokenId) : null
  if (latest === null || (wished !== null && wished < latest)) return wished
  return latest
}
