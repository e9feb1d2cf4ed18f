/**
 * What can be told of an error by its answer alone. Every first page brings this along, so the table of sentences and
 * remedies is not in it: error-text.ts has the words, and late-error-text.ts fetches them with the first error that is shown.
 */
import type { WireError } from '@berth/core/errors/app-error'
import type { ErrorCode } from '@berth/core/errors/error-codes'

/** No HTTP answer at all: the browser is offline, or the panel is down, of which nothing can be fetched then. */
export const noAnswerText = {
  sentence: 'The panel did not answer.',
  remedy: 'Running machines are not affected. Check the connection and try again.',
} as const

/** The codes that error-codes.ts calls retryable; a test holds the two together. */
export const retryableCodes: ReadonlySet<string> = new Set<ErrorCode>([
  'RATE_LIMITED',
  'VM_BUSY',
  'IMAGE_NOT_READY',
  'CONSOLE_LIMIT',
  'IMAGE_DOWNLOAD_FAILED',
  'QMP_TIMEOUT',
  'QMP_INTERRUPTED',
  'QMP_UNAVAILABLE',
  'GUEST_AGENT_UNAVAILABLE',
  'COMMAND_TIMEOUT',
  'HOST_UNREACHABLE',
  'DATABASE_UNAVAILABLE',
  'FORECAST_UNAVAILABLE',
  'MOVE_FAILED',
  'MOVE_NOT_CONVERGING',
  'POOL_UNAVAILABLE',
  'TIMEOUT',
])

/** The error as the panel sent it, or null when there was no such answer. A newer panel may send a code unknown here. */
export function wireErrorOf(error: unknown): WireError | null {
  if (isWireError(error)) return error
  if (!isRecord(error) || !isRecord(error['data'])) return null
  const { appError } = error['data']
  return isWireError(appError) ? appError : null
}

export const hasCode = (error: unknown, code: ErrorCode): boolean => wireErrorOf(error)?.code === code

/** Whether a read that failed so is worth another try. */
export function isRetryable(error: unknown): boolean {
  const wire = wireErrorOf(error)
  return wire === null ? isNoAnswer(error) : retryableCodes.has(wire.code)
}

export function isNoAnswer(error: unknown): boolean {
  return isRecord(error) && (error['data'] === undefined || error['data'] === null)
}

function isWireError(value: unknown): value is WireError {
  if (!isRecord(value)) return false
  const { code, message, details } = value
  return typeof code === 'string' && typeof message === 'string' && isRecord(details)
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
