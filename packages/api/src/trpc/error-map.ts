/**
 * AppError to TRPCError and to the wire, once, at the panel's edge. Machines compare `data.appError.code`; what a client
 * reads of an INTERNAL error is a request id, never its message, which may hold paths, SQL or worse.
 */
import { TRPCError } from '@trpc/server'
import { z } from 'zod'
import { AppError, errorToWire, type WireError } from '@berth/core/errors/app-error'
import { isDatabaseUnavailable } from '@berth/prisma/database-errors'
import { errorCodeInfo, type ErrorCode } from '@berth/core/errors/error-codes'
import { transportCodes } from '@berth/core/errors/transport-codes'

/** A server that is restarted after a crash answers within a few seconds. */
const databaseRetrySeconds = 3

export function toTrpcError(error: unknown): TRPCError {
  // tRPC's own refusals (no JSON, too large, another type) keep their status; the formatter adds our code.
  if (error instanceof TRPCError && !hasOwnMeaning(error.cause) && error.code !== 'INTERNAL_SERVER_ERROR') return error
  const known = appErrorOf(error)
  return new TRPCError({ code: transportCodes[errorCodeInfo(known.code).kind], message: known.message, cause: known })
}

const hasOwnMeaning = (cause: unknown): boolean => cause instanceof AppError || cause instanceof z.ZodError

/** What was thrown inside a procedure as an AppError: bad input becomes INPUT_INVALID, a lost database its own code. */
export function appErrorOf(error: unknown): AppError {
  if (error instanceof AppError) return error
  if (error instanceof z.ZodError) return fromZod(error)
  if (error instanceof TRPCError) return fromTrpc(error)
  if (isDatabaseUnavailable(error))
    return new AppError('DATABASE_UNAVAILABLE', 'The database does not answer.', { cause: error })
  return new AppError('INTERNAL', error instanceof Error ? error.message : String(error), { cause: error })
}

/** Seconds after which trying again may help; undefined where it will not, or nobody can say. For the Retry-After header. */
export const retryAfterSeconds = ({ code }: AppError): number | undefined =>
  code === 'DATABASE_UNAVAILABLE' ? databaseRetrySeconds : undefined

/** The error as clients may see it. `requestId` finds the whole chain in the panel's log. */
export function publicWire(error: AppError, requestId: string): WireError {
  return withoutInternals(errorToWire(error), requestId)
}

function withoutInternals(wire: WireError, requestId: string): WireError {
  if (wire.code === 'INTERNAL') {
    return { code: 'INTERNAL', message: 'Something went wrong inside Berth.', details: { requestId } }
  }
  const { cause, ...rest } = wire
  if (cause === undefined || cause.code === 'INTERNAL') return rest
  return { ...rest, cause: withoutInternals(cause, requestId) }
}

function fromTrpc(error: TRPCError): AppError {
  const { cause } = error
  if (cause instanceof AppError || cause instanceof z.ZodError) return appErrorOf(cause)
  switch (error.code) {
    case 'PARSE_ERROR':
    case 'BAD_REQUEST':
    case 'UNSUPPORTED_MEDIA_TYPE':
    case 'METHOD_NOT_SUPPORTED':
    case 'PAYLOAD_TOO_LARGE':
      return new AppError('INPUT_INVALID', error.message, { details: { reason: error.code } })
    case 'NOT_FOUND':
      return new AppError('OBJECT_NOT_FOUND', error.message)
    case 'CLIENT_CLOSED_REQUEST':
      return new AppError('TIMEOUT', 'The request was given up by its sender.')
    default:
      return cause === undefined ? new AppError('INTERNAL', error.message, { cause: error }) : appErrorOf(cause)
  }
}

const sizeFields = new Set(['vcpus', 'memoryBytes', 'diskBytes', 'sizeBytes'])
const sizeIssues = new Set(['too_small', 'too_big', 'not_multiple_of'])

/** Names and sizes have codes of their own, because forms and scripts answer them differently. */
function fromZod(error: z.ZodError): AppError {
  const first = error.issues[0]
  const path = first?.path.map(String).join('.') ?? ''
  const field = first?.path.at(-1)
  let code: ErrorCode = 'INPUT_INVALID'
  if (path === 'name' && first?.code !== 'invalid_type') code = 'NAME_INVALID'
  if (typeof field === 'string' && sizeFields.has(field) && first && sizeIssues.has(first.code)) code = 'SIZE_INVALID'
  const issues = error.issues
    .slice(0, 20)
    .map((issue) => ({ path: issue.path.map(String).join('.'), message: issue.message }))
  const message = first ? `${path || 'input'}: ${first.message}` : 'The input is not valid.'
  return new AppError(code, message, { details: { issues }, cause: undefined })
}
