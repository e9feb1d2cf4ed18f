import { TRPCError } from '@trpc/server'
import { AppError } from '@berth/core/errors/app-error'

/** The error that a call of the router ends with; undefined where it ends well, or with one that is none of ours. */
export async function caught(call: Promise<unknown>): Promise<AppError | undefined> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  const cause = error instanceof TRPCError ? error.cause : error
  return cause instanceof AppError ? cause : undefined
}
