/**
 * The one error class that crosses Berth's borders.
 *
 * Thrown by core, api and agent; turned into a transport error once, at each process's edge, and back into an AppError
 * by the receiving side, so that code and cause arrive end to end. `message` is specific ("8 GiB asked, 3.2 GiB free on
 * host-a"); the general sentence and the remedy come from the code's row in error-codes.ts.
 */
import { z } from 'zod'
import { errorCodeNames, errorCodes, type ErrorCode } from './error-codes.ts'

export interface AppErrorOptions {
  /** What a reader needs to understand it: numbers, names, a program's last lines. Plain JSON, never secrets. */
  details?: Record<string, unknown> | undefined
  cause?: unknown
  /** Which step of which work: "disk", "spawn", "switch-over". */
  phase?: string | undefined
  /** Which process or part: "agent/qmp", "panel/database". */
  component?: string | undefined
}

export class AppError extends Error {
  override readonly name = 'AppError'
  readonly code: ErrorCode
  readonly details: Record<string, unknown>
  readonly phase: string | undefined
  readonly component: string | undefined

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.details = options.details ?? {}
    this.phase = options.phase
    this.component = options.component
  }

  get isRetryable(): boolean {
    return errorCodes[this.code].isRetryable
  }

  get remedy(): string {
    return errorCodes[this.code].remedy
  }

  toWire(): WireError {
    return errorToWire(this)
  }
}

const errorCodeSchema = z.enum(errorCodeNames)

/** An AppError as plain JSON. `cause` is a chain of at most 5; an unknown code of a newer peer reads as INTERNAL. */
export interface WireError {
  code: ErrorCode
  message: string
  details: Record<string, unknown>
  phase?: string | undefined
  component?: string | undefined
  cause?: WireError | undefined
}

export const wireErrorSchema: z.ZodType<WireError> = z.lazy(() =>
  z.object({
    code: errorCodeSchema.catch('INTERNAL'),
    message: z.string(),
    details: z.record(z.string(), z.unknown()).default({}),
    phase: z.string().optional(),
    component: z.string().optional(),
    cause: wireErrorSchema.optional(),
  }),
)

const maxCauseDepth = 5

/** Any thrown value as a WireError; what is not an AppError becomes INTERNAL with its message. */
export function errorToWire(error: unknown, depth = 0): WireError {
  const known = toAppError(error)
  const wire: WireError = { code: known.code, message: known.message, details: known.details }
  if (known.phase !== undefined) wire.phase = known.phase
  if (known.component !== undefined) wire.component = known.component
  if (known.cause !== undefined && depth < maxCauseDepth) wire.cause = errorToWire(known.cause, depth + 1)
  return wire
}

/** The AppError that a WireError was made from. Throws ZodError when `wire` has another shape. */
export function errorFromWire(wire: unknown): AppError {
  const parsed = wireErrorSchema.parse(wire)
  return new AppError(parsed.code, parsed.message, {
    details: parsed.details,
    phase: parsed.phase,
    component: parsed.component,
    cause: parsed.cause === undefined ? undefined : errorFromWire(parsed.cause),
  })
}

/** The thrown value itself when it is an AppError, else an INTERNAL one around it. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error
  const message = error instanceof Error ? error.message : String(error)
  return new AppError('INTERNAL', message, { cause: error instanceof Error ? error.cause : undefined })
}

export function hasErrorCode(error: unknown, ...codes: readonly ErrorCode[]): error is AppError {
  return error instanceof AppError && codes.includes(error.code)
}
