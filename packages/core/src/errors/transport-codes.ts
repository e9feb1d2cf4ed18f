import type { ErrorKind } from './error-codes.ts'

/**
 * How each kind of error travels: tRPC's names, from which tRPC makes the HTTP status. One table for both servers, so that
 * a refusal of the agent's and one of the panel's look the same to whoever asks.
 */
export const transportCodes = {
  invalid: 'BAD_REQUEST',
  unauthenticated: 'UNAUTHORIZED',
  forbidden: 'FORBIDDEN',
  notFound: 'NOT_FOUND',
  conflict: 'CONFLICT',
  limit: 'TOO_MANY_REQUESTS',
  unavailable: 'SERVICE_UNAVAILABLE',
  failed: 'UNPROCESSABLE_CONTENT',
  internal: 'INTERNAL_SERVER_ERROR',
} as const satisfies Record<ErrorKind, string>
