import { z } from 'zod'
import { consoleKindSchema } from '@berth/core/agent-contract/agent-contract'
import { AppError } from '@berth/core/errors/app-error'
import { vmIdSchema } from '@berth/core/ids/ids'
import { ownerScope } from '../trpc/caller.ts'
import { idempotencyKeySchema } from '../trpc/idempotency-key.ts'
import { t } from '../trpc/init.ts'
import { audited, changing, doneAtOnce } from '../trpc/procedures.ts'
import { requireVmView } from '../vm/vm-repo.ts'
import { requireVerb } from '../vm/vm-verbs.ts'
import { seatNameSchema, ticketWithSeat } from './console-seat.ts'
import { createTicket } from './console-ticket-repo.ts'

const consoleOpenInput = z.strictObject({
  vmId: vmIdSchema,
  kind: consoleKindSchema,
  /** The same for each reconnect of one console; without it every connection is a viewer of its own. */
  seat: seatNameSchema.optional(),
  ...idempotencyKeySchema,
})

export const consoleRouter = t.router({
  /** A ticket for one WebSocket on `path`, once, within 30 s. */
  open: changing
    .input(consoleOpenInput)
    .use(audited)
    .mutation(async ({ ctx, input }) => {
      const { kind, seat } = input
      ctx.notes.foldBy = seat === undefined ? undefined : { kind, seat }
      const vm = await requireVmView(ctx.panel, input.vmId, ownerScope(ctx.caller))
      ctx.notes.targetName = vm.name
      // The serial console of a machine that is off still shows its history, and comes alive with it.
      if (kind === 'screen') requireVerb('openConsole', vm)
      if (vm.host === null) throw new AppError('VM_STATE_CONFLICT', 'The machine is on no host yet.')
      const { ticket, expiresAt } = await createTicket(ctx.panel.db, ctx.caller, { vmId: input.vmId, kind })
      return { ...doneAtOnce, ticket, path: `/ws/console/${ticketWithSeat(ticket, seat)}`, expiresAt }
    }),
})
