/** tRPC's one instance. Plain JSON on the wire, no transformer, so that curl can speak to it. */
import { initTRPC } from '@trpc/server'
import { z } from 'zod'
import { errorCodeInfo } from '@berth/core/errors/error-codes'
import { inputWords } from '@berth/core/errors/input-words'
import { appErrorOf, publicWire } from './error-map.ts'
import type { RequestContext } from './panel.ts'

/** Who may call a procedure at all. What of it he may see or touch is decided per object, in its service. */
export interface ProcedureRule {
  readonly access: 'public' | 'signedIn' | 'admin'
}

const pingMs = 5_000

// tRPC parses the input of procedures by itself and takes no error map, so it is set for the whole process.
z.config({ customError: inputWords })

export const t = initTRPC
  .context<RequestContext>()
  .meta<ProcedureRule>()
  .create({
    isDev: false,
    errorFormatter({ shape, error, ctx }) {
      const known = appErrorOf(error)
      const appError = publicWire(known, ctx?.requestId ?? '')
      return {
        ...shape,
        message: appError.message,
        data: { ...shape.data, appError, remedy: errorCodeInfo(known.code).remedy },
      }
    },
    // A stream has no end of its own: pings keep proxies from cutting it, and tell a browser when it is dead. Within 15 s,
    // since a picture must not be wrong for longer than 30, and what was missed is still to be read then.
    sse: { ping: { enabled: true, intervalMs: pingMs }, client: { reconnectAfterInactivityMs: 3 * pingMs } },
  })
