/** What the browser asks of better-auth besides signing in: sessions, the password, and the way out. */
import { z } from 'zod'

const sessionSchema = z.object({
  id: z.string(),
  token: z.string(),
  ipAddress: z.string().nullish(),
  userAgent: z.string().nullish(),
  createdAt: z.string(),
  updatedAt: z.string(),
  expiresAt: z.string(),
})
export type AuthSession = z.infer<typeof sessionSchema>

/** Why better-auth refused, by its own closed code where it gave one. */
export class AuthRefusal extends Error {
  override readonly name = 'AuthRefusal'
  readonly code: string
  readonly status: number

  constructor(code: string, status: number) {
    super(code)
    this.code = code
    this.status = status
  }
}

const refusalSchema = z.object({ code: z.string() }).catch({ code: '' })

async function ask(path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(`/api/auth/${path}`, {
    ...(body === undefined
      ? {}
      : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  })
  const answer: unknown = await response.json().catch(() => null)
  if (!response.ok) throw new AuthRefusal(refusalSchema.parse(answer).code, response.status)
  return answer
}

/** Newest use first. */
export async function listSessions(): Promise<AuthSession[]> {
  const sessions = z.array(sessionSchema).parse(await ask('list-sessions'))
  return sessions.toSorted((a, b) => Date.parse(b.updatedAt) - Date.parse(a.updatedAt))
}

export async function revokeSession(token: string): Promise<void> {
  await ask('revoke-session', { token })
}

export async function revokeOtherSessions(): Promise<void> {
  await ask('revoke-other-sessions', {})
}

export interface PasswordChange {
  currentPassword: string
  newPassword: string
  /** Ends every other session, which may be somebody else's. */
  revokeOtherSessions: boolean
}

export async function changePassword(change: PasswordChange): Promise<void> {
  await ask('change-password', change)
}

/** Ends this browser's own session. */
export async function endSession(): Promise<void> {
  await ask('sign-out', {})
}

/** A refusal in words, and the field of the password form that it belongs to. */
export function authRefusalText(error: unknown): { field: 'current' | 'next' | null; text: string } {
  if (!(error instanceof AuthRefusal)) {
    return { field: null, text: 'The panel did not answer. Check the connection and try again.' }
  }
  if (error.code === 'INVALID_PASSWORD') return { field: 'current', text: 'That is not your current password.' }
  if (error.code === 'PASSWORD_UNCHANGED') return { field: 'next', text: 'That is the current one.' }
  if (error.code === 'PASSWORD_TOO_SHORT') return { field: 'next', text: 'That is too short.' }
  if (error.code === 'PASSWORD_TOO_LONG') return { field: 'next', text: 'That is too long.' }
  if (error.status === 429) return { field: null, text: 'Too many attempts. Wait some minutes, then try again.' }
  if (error.status === 401) return { field: null, text: 'Your session has ended. Sign in again.' }
  return { field: null, text: `The panel answered with an error (${error.status}). Try again.` }
}
