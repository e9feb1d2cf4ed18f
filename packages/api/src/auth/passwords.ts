/** argon2id with the library's parameters (19 MiB, 2 passes), which are OWASP's. */
import { randomBytes } from 'node:crypto'
import { hash, verify } from '@node-rs/argon2'

export const minPasswordLength = 10
export const maxPasswordLength = 256

export const hashPassword = (password: string): Promise<string> => hash(password)

/** False also for a hash that cannot be read: nobody signs in with it. */
export const verifyPassword = (input: { hash: string; password: string }): Promise<boolean> =>
  verify(input.hash, input.password).catch(() => false)

/** 120 random bits, in letters and digits that can be typed. */
export const newPassword = (): string => randomBytes(15).toString('base64url')
