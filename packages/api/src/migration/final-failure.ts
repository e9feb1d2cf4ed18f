import { AppError } from '@berth/core/errors/app-error'

/** A failure that repeating the same step would only repeat, though its code says that a later try may do better. */
export class FinalFailure extends AppError {
  constructor({ code, message, details, cause, phase, component }: AppError) {
    super(code, message, { details, cause, phase, component })
  }

  override get isRetryable(): boolean {
    return false
  }
}
