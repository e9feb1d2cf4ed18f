/** Secrets that a holder shows to get in: made of 256 random bits, kept only as SHA-256, which such bits need no salt for. */
import { createHash, randomBytes } from 'node:crypto'

/** `<prefix>_` and 43 characters of base64url. */
export const newBearerSecret = (prefix: string): string => `${prefix}_${randomBytes(32).toString('base64url')}`

/** Lower-case hexadecimal SHA-256, as the database keeps it. */
export const hashSecret = (secret: string): string => createHash('sha256').update(secret).digest('hex')
