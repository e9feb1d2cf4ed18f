import { z } from 'zod'
import { sshKeySchema } from '@berth/core/vm/cloud-init'
import { idempotencyKeySchema } from '../trpc/idempotency-key.ts'
import { t } from '../trpc/init.ts'
import { audited, changing, doneAtOnce, signedIn } from '../trpc/procedures.ts'
import { readSetting, writeSetting } from '../setting/setting-repo.ts'
import { accountProcedures } from './account-procedures.ts'
import { sshFingerprint } from './ssh-fingerprint.ts'
import { renameUser, requireUserView } from './user-repo.ts'

const sshKeysSchema = z
  .array(z.strictObject({ name: z.string().trim().min(1).max(80), publicKey: sshKeySchema }))
  .max(50)
const sshKeysSetting = (userId: string): string => `user.${userId}.sshKeys`

export const userRouter = t.router({
  ...accountProcedures,
  /** The caller, and whether he came by session or token. */
  me: signedIn.query(async ({ ctx }) => ({
    ...(await requireUserView(ctx.panel.db, ctx.caller.userId)),
    via: ctx.caller.kind,
    sessionId: ctx.caller.kind === 'session' ? ctx.caller.sessionId : null,
  })),
  updateProfile: changing
    .input(z.strictObject({ name: z.string().trim().min(1).max(80), ...idempotencyKeySchema }))
    .use(audited)
    .mutation(async ({ ctx, input }) => {
      await renameUser(ctx.panel.db, ctx.caller.userId, input.name)
      return doneAtOnce
    }),
  /** Public keys that the create form offers. */
  sshKeys: signedIn.query(async ({ ctx }) => {
    const keys = (await readSetting(ctx.panel.db, sshKeysSetting(ctx.caller.userId), sshKeysSchema)) ?? []
    return { items: keys.map((key) => ({ ...key, fingerprint: sshFingerprint(key.publicKey) })) }
  }),
  setSshKeys: changing
    .input(z.strictObject({ items: sshKeysSchema, ...idempotencyKeySchema }))
    .use(audited)
    .mutation(async ({ ctx, input }) => {
      await writeSetting(ctx.panel.db, sshKeysSetting(ctx.caller.userId), input.items)
      return doneAtOnce
    }),
})
