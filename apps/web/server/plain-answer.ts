/** Answers outside tRPC and Next: short JSON or text, never cached. */
import type { ServerResponse } from 'node:http'
import { toAppError } from '@berth/core/errors/app-error'
import { errorCodeInfo, type ErrorKind } from '@berth/core/errors/error-codes'
import { publicWire, retryAfterSeconds } from '@berth/api/trpc/error-map'

const statuses: Readonly<Record<ErrorKind, number>> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  notFound: 404,
  conflict: 409,
  limit: 429,
  unavailable: 503,
  failed: 422,
  internal: 500,
}

export const statusOf = (error: unknown): number => statuses[errorCodeInfo(toAppError(error).code).kind]

export function answerJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(JSON.stringify(body))
}

export function answerText(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' })
  response.end(body)
}

/** The error as {error: WireError}; nothing when the answer has begun already. */
export function answerError(response: ServerResponse, error: unknown, requestId: string): void {
  if (response.headersSent) return void response.destroy()
  // The rest of a refused body is not read: the connection ends with the answer.
  if (!response.req.complete) response.setHeader('connection', 'close')
  const retryAfter = retryAfterSeconds(toAppError(error))
  if (retryAfter !== undefined) response.setHeader('retry-after', retryAfter)
  answerJson(response, statusOf(error), { error: publicWire(toAppError(error), requestId) })
}
