import { tracked } from '@trpc/server'
import { z } from 'zod'
import type { PanelEvent } from '@berth/core/events/panel-events'
import { ownerScope } from '../trpc/caller.ts'
import { t } from '../trpc/init.ts'
import { signedIn } from '../trpc/procedures.ts'

const streamInput = z.strictObject({ lastEventId: z.string().max(100).nullish() }).prefault({})

export const eventsRouter = t.router({
  /** What changes from now on, or since `lastEventId`. Kept events carry an id and are told again after a gap; figures do not. */
  stream: signedIn.input(streamInput).subscription(async function* ({ ctx, input, signal }) {
    using lease = ctx.panel.streams.take(ctx.caller)
    const stream = ctx.panel.events.stream({
      ownerId: ownerScope(ctx.caller),
      lastEventId: input.lastEventId ?? null,
      signal: signal === undefined ? lease.ended : AbortSignal.any([signal, lease.ended]),
    })
    for await (const { id, event } of stream) {
      lease.requireRight()
      yield id === null ? event : tracked(id, event satisfies PanelEvent)
    }
    lease.requireRight()
  }),
})
