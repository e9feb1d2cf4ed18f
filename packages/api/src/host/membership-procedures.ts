/** `host.*` that decide who belongs to the installation. */
import { z } from 'zod'
import { agentPortSchema, hostAddressSchema } from '@berth/core/agent-contract/join'
import { AppError } from '@berth/core/errors/app-error'
import { hostNameSchema } from '@berth/core/host/host-name'
import { hostIdSchema } from '@berth/core/ids/ids'
import { idempotencyKeySchema } from '../trpc/idempotency-key.ts'
import { adminChanging, adminOnly, audited, doneAtOnce } from '../trpc/procedures.ts'
import { callOffMovesInto } from './call-off-moves-repo.ts'
import { defaultAgentFolder, defaultAgentPort } from './join-command.ts'
import { deleteJoinToken, listOpenJoinTokens } from './join-repo.ts'

const folderSchema = z
  .string()
  .max(200)
  .regex(/^(\/[A-Za-z0-9_][A-Za-z0-9._-]*){1,20}$/, 'A folder begins with "/" and has letters, digits and . _ - only.')

const oneHost = z.strictObject({ hostId: hostIdSchema, ...idempotencyKeySchema })

export const membershipProcedures = {
  /**
   * `command` is one line for root's shell of the new host, shown this once. `folder`: where the agent is put; `address`:
   * where the panel reaches it, where that is not where it comes from. A repeated key makes another one: the first one's
   * token is not kept.
   */
  createJoinToken: adminChanging
    .input(
      z.strictObject({
        name: hostNameSchema,
        folder: folderSchema.default(defaultAgentFolder),
        port: agentPortSchema.default(defaultAgentPort),
        address: hostAddressSchema.nullable().default(null),
        ...idempotencyKeySchema,
      }),
    )
    .use(audited)
    .mutation(async ({ ctx, input }) => {
      ctx.notes.targetKind = 'joinToken'
      ctx.notes.targetName = input.name
      const { panelUrl } = ctx
      if (panelUrl === undefined)
        throw new AppError('INPUT_INVALID', 'The request does not say how the panel is reached.')
      const { name, folder, port, address } = input
      const createdById = ctx.caller.userId
      const made = await ctx.panel.membership.invite({ name, folder, port, address, panelUrl, createdById })
      ctx.notes.targetId = made.joinTokenId
      return { ...doneAtOnce, ...made }
    }),
  listJoinTokens: adminOnly
    .input(z.strictObject({}).prefault({}))
    .query(async ({ ctx }) => ({ items: await listOpenJoinTokens(ctx.panel.db), nextCursor: null })),
  revokeJoinToken: adminChanging
    .input(z.strictObject({ joinTokenId: z.uuid(), ...idempotencyKeySchema }))
    .use(audited)
    .mutation(async ({ ctx, input }) => {
      ctx.notes.targetKind = 'joinToken'
      ctx.notes.targetId = input.joinTokenId
      ctx.notes.targetName = await deleteJoinToken(ctx.panel.db, input.joinTokenId)
      return doneAtOnce
    }),
  revoke: adminChanging
    .input(oneHost)
    .use(audited)
    .mutation(async ({ ctx, input }) => {
      ctx.notes.targetName = await ctx.panel.membership.revoke(input.hostId)
      await callOffMovesInto(ctx.panel, input.hostId)
      return doneAtOnce
    }),
  remove: adminChanging
    .input(oneHost)
    .use(audited)
    .mutation(async ({ ctx, input }) => {
      ctx.notes.targetName = await ctx.panel.membership.remove(input.hostId)
      return doneAtOnce
    }),
}
