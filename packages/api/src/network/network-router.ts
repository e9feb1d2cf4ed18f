import { z } from 'zod'
import { AppError } from '@berth/core/errors/app-error'
import { networkIdSchema } from '@berth/core/ids/ids'
import { hostBridgeSchema } from '@berth/core/network/network'
import { idempotencyKeySchema } from '../trpc/idempotency-key.ts'
import { t } from '../trpc/init.ts'
import { pageCutOf, pageInput } from '../trpc/paging.ts'
import { adminChanging, audited, doneAtOnce, signedIn } from '../trpc/procedures.ts'
import { createBridgeNetwork, deleteNetwork, listNetworks, requireNetworkRow } from './network-repo.ts'

const createInput = z.strictObject({
  name: z.string().trim().min(1, 'A name is needed.').max(60),
  kind: z.literal('bridge'),
  bridge: hostBridgeSchema,
  description: z.string().trim().max(200).default(''),
  ...idempotencyKeySchema,
})

export const networkRouter = t.router({
  list: signedIn
    .input(z.strictObject(pageInput).prefault({}))
    .query(({ ctx, input }) => listNetworks(ctx.panel.db, pageCutOf(input))),
  /** On a bridge that hosts have under that name, or will have; machines go only to hosts that do. */
  create: adminChanging
    .input(createInput)
    .use(audited)
    .mutation(async ({ ctx, input }) => {
      const { name, bridge, description } = input
      ctx.notes.targetKind = 'network'
      ctx.notes.targetName = name
      const networkId = await createBridgeNetwork(ctx.panel.db, { name, bridge, description })
      ctx.notes.targetId = networkId
      return { ...doneAtOnce, networkId }
    }),
  /** The hosts' bridges stay as they are. */
  delete: adminChanging
    .input(z.strictObject({ networkId: networkIdSchema, ...idempotencyKeySchema }))
    .use(audited)
    .mutation(async ({ ctx, input }) => {
      ctx.notes.targetKind = 'network'
      ctx.notes.targetId = input.networkId
      const network = await requireNetworkRow(ctx.panel.db, input.networkId)
      ctx.notes.targetName = network.name
      if (network.kind !== 'bridge') throw new AppError('INPUT_INVALID', `"${network.name}" is a part of every Berth.`)
      await deleteNetwork(ctx.panel.db, network)
      return doneAtOnce
    }),
})
