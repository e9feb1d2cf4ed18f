/**
 * Text that no field of the API may hold: NUL, which PostgreSQL refuses with a server error, and halves of surrogate
 * pairs, which are no text. Looked for once, before any schema, with a bound on depth so that a deep nest costs nothing.
 */
import { AppError } from '@berth/core/errors/app-error'

const maxDepth = 24

/** Throws INPUT_INVALID when `input` holds text that cannot be stored, or is nested deeper than any input is. */
export function refuseHostileText(input: unknown, depth = 0): void {
  if (depth > maxDepth) throw new AppError('INPUT_INVALID', `The input is nested deeper than ${maxDepth} levels.`)
  if (typeof input === 'string') return refuseText(input)
  if (typeof input !== 'object' || input === null) return
  for (const [key, value] of Object.entries(input)) {
    refuseText(key)
    refuseHostileText(value, depth + 1)
  }
}

function refuseText(text: string): void {
  if (text.includes('\0')) throw new AppError('INPUT_INVALID', 'The input holds a NUL character.')
  if (!text.isWellFormed()) throw new AppError('INPUT_INVALID', 'The input holds text that is not valid Unicode.')
}
