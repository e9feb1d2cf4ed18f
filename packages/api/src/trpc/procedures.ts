/**
 * The kinds of procedures. Each declares its rule in `meta`, and procedure-rules.test.ts fails for one that has none.
 *
 * Order of a request: who asks, may he, does it come from our own page, is the text storable, does it fit the schema,
 * then work. A mutation ends with `.use(audited)` after its input, so that only requests that were understood are kept.
 */
import { AppError } from '@berth/core/errors/app-error'
import { toTrpcError } from './error-map.ts'
import { refuseHostileText } from './hostile-text.ts'
import { t } from './init.ts'
import { audit } from '../audit/record-audit.ts'

const mapErrors = t.middleware(async ({ next }) => {
  const result = await next()
  if (!result.ok) throw toTrpcError(result.error)
  return result
})

const checkText = t.middleware(async ({ next, getRawInput }) => {
  refuseHostileText(await getRawInput())
  return next()
})

const requireCaller = t.middleware(({ ctx, next }) => {
  if (ctx.caller === null)
    throw new AppError('SESSION_REQUIRED', 'No session and no valid token came with the request.')
  if (ctx.caller.kind === 'session' && ctx.caller.mustChangePassword) {
    throw new AppError('PASSWORD_CHANGE_REQUIRED', 'The password must be changed before anything else.')
  }
  return next({ ctx: { ...ctx, caller: ctx.caller } })
})

const requireAdmin = t.middleware(({ ctx, next }) => {
  if (ctx.caller?.role !== 'admin') throw new AppError('PERMISSION_DENIED', 'Only administrators may do this.')
  return next()
})

/** A page of another site can send our cookie, but not our Origin. A token is never sent by itself, so it needs none. */
const requireOwnOrigin = t.middleware(({ ctx, next }) => {
  if (ctx.caller?.kind !== 'token' && !ctx.isSameOrigin) {
    throw new AppError('ORIGIN_FORBIDDEN', 'The Origin header does not name this panel.')
  }
  return next()
})

/** One record per understood mutation, with how it ended; see record-audit.ts. */
export const audited = t.middleware(({ ctx, path, input, next }) => audit(ctx, { path, input }, () => next()))

export const signedIn = t.procedure.meta({ access: 'signedIn' }).use(mapErrors).use(requireCaller).use(checkText)
export const adminOnly = t.procedure
  .meta({ access: 'admin' })
  .use(mapErrors)
  .use(requireCaller)
  .use(requireAdmin)
  .use(checkText)

/** Mutations start from one of these two. */
export const changing = signedIn.use(requireOwnOrigin)
export const adminChanging = adminOnly.use(requireOwnOrigin)

/** What a changing call that runs no task returns: it is done when it answers. */
export const doneAtOnce = { operationId: null } as const
