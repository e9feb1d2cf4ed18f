/** `user.*` for administrators. Users are disabled, never deleted: their machines, tasks and audit records keep a name. */
import { z } from 'zod'
import { AppError } from '@berth/core/errors/app-error'
import { maxPasswordLength, minPasswordLength, newPassword } from '../auth/passwords.ts'
import { idempotencyKeySchema } from '../trpc/idempotency-key.ts'
import { pageCutOf, pageInput } from '../trpc/paging.ts'
import type { RequestContext } from '../trpc/panel.ts'
import { adminChanging, adminOnly, audited, doneAtOnce } from '../trpc/procedures.ts'
import { listAccounts, requireAccount, type AccountView } from './account-view-repo.ts'
import { disableUser, enableUser, endAccess, resetPassword } from './user-access-repo.ts'
import { createUser, emailTaken, updateUser } from './user-repo.ts'

const role = z.enum(['admin', 'user'])
const name = z.string().trim().min(1, 'A name is needed.').max(80)
const email = z
  .string()
  .trim()
  .max(254)
  .transform((text) => text.toLowerCase())
  .pipe(z.email('Not an email address.'))
const password = z.string().min(minPasswordLength).max(maxPasswordLength).optional()
const oneUser = { userId: z.uuid(), ...idempotencyKeySchema }

const listInput = z
  .strictObject({
    ...pageInput,
    filter: z
      .strictObject({ text: z.string().max(100).optional(), role: role.optional(), isDisabled: z.boolean().optional() })
      .default({}),
  })
  .prefault({})

export const accountProcedures = {
  list: adminOnly
    .input(listInput)
    .query(({ ctx, input }) => listAccounts(ctx.panel.db, input.filter, pageCutOf(input))),
  get: adminOnly
    .input(z.strictObject({ userId: z.uuid() }))
    .query(({ ctx, input }) => requireAccount(ctx.panel.db, input.userId)),
  /**
   * The answer's `password` is shown this once; null where one was given. Either must be changed at the first sign-in.
   * A repeated key is refused with EMAIL_TAKEN: the first one's password is not kept.
   */
  create: adminChanging
    .input(z.strictObject({ email, name, role: role.default('user'), password, ...idempotencyKeySchema }))
    .use(audited)
    .mutation(async ({ ctx, input }) => {
      const made = input.password === undefined ? newPassword() : null
      ctx.notes.targetKind = 'user'
      ctx.notes.targetName = input.email
      const userId = await createUser(ctx.panel.db, {
        email: input.email,
        name: input.name,
        role: input.role,
        password: made ?? input.password ?? '',
        mustChangePassword: true,
      })
      if (userId === null) throw emailTaken(input.email)
      ctx.notes.targetId = userId
      return { ...doneAtOnce, userId, password: made }
    }),
  update: adminChanging
    .input(
      z.strictObject({
        ...oneUser,
        name: name.optional(),
        email: email.optional(),
        role: role.optional(),
      }),
    )
    .use(audited)
    .mutation(async ({ ctx, input }) => {
      await named(ctx, input.userId)
      await updateUser(ctx.panel.db, input.userId, { name: input.name, email: input.email, role: input.role })
      return doneAtOnce
    }),
  /** Ends his sessions, API tokens, consoles and streams. His machines run on and stay his. */
  disable: adminChanging
    .input(z.strictObject(oneUser))
    .use(audited)
    .mutation(async ({ ctx, input }) => {
      await named(ctx, input.userId)
      await disableUser(ctx.panel.db, input.userId)
      return doneAtOnce
    }),
  enable: adminChanging
    .input(z.strictObject(oneUser))
    .use(audited)
    .mutation(async ({ ctx, input }) => {
      await named(ctx, input.userId)
      await enableUser(ctx.panel.db, input.userId)
      return doneAtOnce
    }),
  /** As with `create`: the answer's `password` is shown this once. His sessions end, his API tokens stay. */
  resetPassword: adminChanging
    .input(z.strictObject({ ...oneUser, password }))
    .use(audited)
    .mutation(async ({ ctx, input }) => {
      await named(ctx, input.userId)
      if (input.userId === ctx.caller.userId) {
        // It would sign him out before he has read the new one.
        throw new AppError('INPUT_INVALID', 'Change your own password in your profile.')
      }
      const made = input.password === undefined ? newPassword() : null
      await resetPassword(ctx.panel.db, input.userId, made ?? input.password ?? '')
      return { ...doneAtOnce, password: made }
    }),
  revokeSessions: adminChanging
    .input(z.strictObject({ ...oneUser, includesTokens: z.boolean().default(false) }))
    .use(audited)
    .mutation(async ({ ctx, input }) => {
      await named(ctx, input.userId)
      const { includesTokens } = input
      const ended = await ctx.panel.db.$transaction((tx) => endAccess(tx, input.userId, { includesTokens }))
      return { ...doneAtOnce, ...ended }
    }),
}

/** The user, whose name the audit record then has. Throws OBJECT_NOT_FOUND. */
async function named(ctx: RequestContext, userId: string): Promise<AccountView> {
  const account = await requireAccount(ctx.panel.db, userId)
  ctx.notes.targetName = account.email
  return account
}
