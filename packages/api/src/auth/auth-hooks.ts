/** What Berth adds to better-auth's own paths: limits, what a password may not be, and the audit trail. */
import { APIError, createAuthMiddleware } from 'better-auth/api'
import { z } from 'zod'
import type { DatabaseClient } from '@berth/prisma/client'
import { insertAudit } from '../audit/audit-repo.ts'
import { announce } from '../events/outbox-repo.ts'
import { isUserDisabled, noteOwnPassword, noteSignIn } from '../user/user-access-repo.ts'
import { countSignInTry, forgetSignInTries } from './sign-in-limit-repo.ts'

/** Set by the server from the connection, over whatever a client sent: limits and sessions take the address from it. */
export const clientIpHeader = 'x-berth-client-ip'
export const signInPath = '/sign-in/email'
export const changePasswordPath = '/change-password'
/** Of his own sessions; better-auth deletes them itself. */
const sessionEndPaths = new Set(['/sign-out', '/revoke-session', '/revoke-sessions', '/revoke-other-sessions'])

const emailBody = z.object({ email: z.string() }).catch({ email: '' })
const passwordsBody = z.object({ currentPassword: z.string(), newPassword: z.string() })
const disabledAnswer = z.object({ body: z.object({ code: z.literal('ACCOUNT_DISABLED') }) })

/** Before a path answers: a guess is counted before the password is looked at. */
export const makeBeforeHook = (db: DatabaseClient) =>
  createAuthMiddleware(async (ctx) => {
    if (ctx.path === changePasswordPath) return refuseSamePassword(ctx.body)
    if (ctx.path !== signInPath) return
    const waitSeconds = await countSignInTry(db, emailBody.parse(ctx.body).email, Date.now())
    if (waitSeconds === 0) return
    throw new APIError('TOO_MANY_REQUESTS', {
      code: 'RATE_LIMITED',
      message: `Too many attempts for this account. Try again in ${waitSeconds} s.`,
    })
  })

/** After it answered, whether or not it was a refusal. */
export const makeAfterHook = (db: DatabaseClient) =>
  createAuthMiddleware(async (ctx) => {
    const { newSession, session, returned } = ctx.context
    const ip = ctx.headers?.get(clientIpHeader) ?? null
    if (ctx.path === changePasswordPath) {
      const changer = newSession ?? session
      if (!changer) return
      const isRefused = returned instanceof APIError
      if (!isRefused) await noteOwnPassword(db, changer.user.id)
      const errorCode = isRefused ? 'CREDENTIALS_INVALID' : null
      return insertAudit(db, { ...actorOf(changer, ''), ip, procedure: 'auth.changePassword', ...outcomeOf(errorCode) })
    }
    if (sessionEndPaths.has(ctx.path)) await announce(db, { kind: 'accounts.changed' })
    if (ctx.path !== signInPath) return
    const { email } = emailBody.parse(ctx.body)
    if (newSession) await Promise.all([forgetSignInTries(db, email), noteSignIn(db, newSession.user.id)])
    const refusal = disabledAnswer.safeParse(returned).success ? 'ACCOUNT_DISABLED' : 'CREDENTIALS_INVALID'
    const outcome = outcomeOf(newSession ? null : refusal)
    await insertAudit(db, { ...actorOf(newSession, email), ip, procedure: 'auth.signIn', ...outcome })
  })

/** Called when the password is known to be right: who does not know it learns nothing of the account. */
export async function refuseDisabled(db: DatabaseClient, userId: string): Promise<void> {
  if (!(await isUserDisabled(db, userId))) return
  throw new APIError('FORBIDDEN', { code: 'ACCOUNT_DISABLED', message: 'This account is disabled.' })
}

/** Otherwise a password that an administrator knows would stay what it is. */
function refuseSamePassword(body: unknown): void {
  const passwords = passwordsBody.safeParse(body)
  if (!passwords.success || passwords.data.newPassword !== passwords.data.currentPassword) return
  throw new APIError('BAD_REQUEST', { code: 'PASSWORD_UNCHANGED', message: 'The new password is the current one.' })
}

interface SomeSession {
  readonly user: { readonly id: string; readonly name: string }
  readonly session: { readonly id: string }
}

/** Who tried in vain is known only by the email that was typed. */
const actorOf = (session: SomeSession | null, email: string) => ({
  actorUserId: session?.user.id ?? null,
  actorName: session?.user.name ?? email.slice(0, 200),
  via: 'session',
  viaId: session?.session.id ?? null,
})

const outcomeOf = (errorCode: string | null) => ({
  ...{ targetKind: null, targetId: null, targetName: null, operationId: null, errorCode },
  outcome: errorCode === null ? ('ok' as const) : ('denied' as const),
})
