/** Who asks. Found once per request, from the session cookie or the bearer token, and never from what the body says. */
export type Role = 'admin' | 'user'

interface CallerBase {
  readonly userId: string
  readonly name: string
  readonly email: string
  readonly role: Role
}

export interface SessionCaller extends CallerBase {
  readonly kind: 'session'
  readonly sessionId: string
  /** The password is one that somebody else knows: nothing is done for him until he has changed it. */
  readonly mustChangePassword: boolean
}

export interface TokenCaller extends CallerBase {
  readonly kind: 'token'
  readonly tokenId: string
  readonly tokenName: string
}

export type Caller = SessionCaller | TokenCaller

export const isAdmin = (caller: Caller): boolean => caller.role === 'admin'

/** Whose machines a caller sees: everybody's (null) or his own. */
export const ownerScope = (caller: Caller): string | null => (isAdmin(caller) ? null : caller.userId)
