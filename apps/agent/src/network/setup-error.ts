import { AppError } from '@berth/core/errors/app-error'

/** What went wrong, as NETWORK_SETUP_FAILED with the program's own last lines. */
export function setupError(error: unknown): AppError {
  if (error instanceof AppError && error.code === 'NETWORK_SETUP_FAILED') return error
  const message = error instanceof Error ? error.message : String(error)
  const details = error instanceof AppError ? error.details : {}
  return new AppError('NETWORK_SETUP_FAILED', message, { cause: error, details })
}
