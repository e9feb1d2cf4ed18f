/** The sign-in call and what its refusals mean. */
export type SignInOutcome =
  /** `mustChangePassword`: and can do nothing before he has a password of his own. */
  | { kind: 'signedIn'; mustChangePassword: boolean }
  | { kind: 'wrong' }
  /** The password was right, but its account is disabled. */
  | { kind: 'disabled' }
  | { kind: 'wait'; untilMs: number }
  | { kind: 'failed'; message: string }

const defaultWaitSeconds = 60

export async function askSignIn(email: string, password: string): Promise<SignInOutcome> {
  try {
    const response = await fetch('/api/auth/sign-in/email', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email, password }),
    })
    return outcomeOf(response.status, response.headers.get('x-retry-after'), await response.text())
  } catch {
    // A fetch that fails has had no answer; why is not told to scripts.
    return { kind: 'failed', message: 'The panel did not answer. Check the connection and try again.' }
  }
}

export function outcomeOf(status: number, retryAfter: string | null, body: string): SignInOutcome {
  if (status >= 200 && status < 300) {
    return { kind: 'signedIn', mustChangePassword: /"mustChangePassword":\s*true/.test(body) }
  }
  if (status === 429) {
    const named = Number(retryAfter ?? /(\d+) s\b/.exec(body)?.[1])
    const seconds = Number.isFinite(named) && named > 0 ? named : defaultWaitSeconds
    return { kind: 'wait', untilMs: Date.now() + seconds * 1_000 }
  }
  if (status === 403 && body.includes('ACCOUNT_DISABLED')) return { kind: 'disabled' }
  if (status === 400 || status === 401) return { kind: 'wrong' }
  if (status === 503) return { kind: 'failed', message: 'The panel cannot reach its database. Try again shortly.' }
  return { kind: 'failed', message: `The panel answered with an error (${status}). Try again.` }
}
