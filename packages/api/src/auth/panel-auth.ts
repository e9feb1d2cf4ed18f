/**
 * Who somebody is: email and password, and the sessions that follow, by better-auth on our database. What he may do is
 * decided elsewhere. Accounts are made by administrators, never by signing up; the server lets only `authPaths` through.
 */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { betterAuth } from 'better-auth'
import { APIError, createAuthMiddleware } from 'better-auth/api'
import { prismaAdapter } from 'better-auth/adapters/prisma'
import type { Logger } from 'pino'
import { z } from 'zod'
import type { PrismaClient } from '@berth/prisma/client'
import { newUuid } from '@berth/core/ids/ids'
import type { SessionCaller } from '../trpc/caller.ts'
import { pingDatabase } from '../trpc/readiness-repo.ts'
import { insertAudit } from '../audit/audit-repo.ts'
import { hashPassword, maxPasswordLength, minPasswordLength, verifyPassword } from './passwords.ts'
import { readOrMakeSecretFile } from './secret-files.ts'
import { accountWindowSeconds, countSignInTry, forgetSignInTries } from './sign-in-limit-repo.ts'
import { isUserDisabled, noteOwnPassword, noteSignIn } from '../user/user-access-repo.ts'

/** Set by the server from the connection, over whatever a client sent: limits and sessions take the address from it. */
export const clientIpHeader = 'x-berth-client-ip'

/** All of better-auth that is reachable; every other path of it answers 404. */
export const authPaths: readonly string[] = [
  '/api/auth/sign-in/email',
  '/api/auth/sign-out',
  '/api/auth/get-session',
  '/api/auth/list-sessions',
  '/api/auth/revoke-session',
  '/api/auth/revoke-other-sessions',
  '/api/auth/change-password',
]

export interface PanelAuth {
  readonly handler: (request: Request) => Promise<Response>
  /** The caller of a session cookie, or null. */
  sessionOf(headers: Headers): Promise<SessionCaller | null>
}

export interface PanelAuthOptions {
  readonly db: PrismaClient
  readonly log: Logger
  readonly dataDir: string
  /** The address users type, where it is known: https makes the cookies Secure. */
  readonly publicUrl: string | undefined
}

const signInPath = '/sign-in/email'
const emailBody = z.object({ email: z.string() }).catch({ email: '' })
const changePasswordPath = '/change-password'
const passwordsBody = z.object({ currentPassword: z.string(), newPassword: z.string() })
const refusedAs = (code: string) => z.object({ body: z.object({ code: z.literal(code) }) })
const sessionUser = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  role: z.enum(['admin', 'user']),
  disabledAt: z.date().nullish(),
  mustChangePassword: z.boolean(),
})

export async function openPanelAuth(options: PanelAuthOptions): Promise<PanelAuth> {
  const { db } = options
  const secretPath = join(options.dataDir, 'secrets', 'auth-secret')
  const secret = await readOrMakeSecretFile(secretPath, () => randomBytes(48).toString('base64url'))
  const auth = betterAuth({
    secret,
    basePath: '/api/auth',
    database: prismaAdapter(db, { provider: 'postgresql' }),
    telemetry: { enabled: false },
    // Its warnings are about settings that are meant: without a base URL, the origin is that of each request.
    logger: { level: 'error', log: (level, message) => options.log[level]({ component: 'auth' }, message) },
    onAPIError: {
      onError(error) {
        // Refusals are audited, or of no interest; anything else is ours to repair.
        if (!(error instanceof APIError)) options.log.error({ err: error, component: 'auth' }, 'sign-in broke')
      },
    },
    // The server has compared Origin and Host before a request comes here; see own-origin.ts.
    trustedOrigins: (request) => [request?.headers.get('origin') ?? ''],
    user: {
      additionalFields: {
        role: { type: 'string', input: false, defaultValue: 'user' },
        disabledAt: { type: 'date', input: false, required: false },
        mustChangePassword: { type: 'boolean', input: false, defaultValue: false },
      },
    },
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength,
      maxPasswordLength,
      revokeSessionsOnPasswordReset: true,
      password: { hash: hashPassword, verify: verifyPassword },
    },
    session: { expiresIn: 7 * 86_400, updateAge: 86_400 },
    rateLimit: {
      enabled: true,
      storage: 'database',
      window: 60,
      max: 300,
      customRules: {
        [signInPath]: { window: 60, max: 30 },
        // Also keeps better-auth from pruning the accounts' counters, which live as long: it prunes by its longest window.
        [changePasswordPath]: { window: accountWindowSeconds, max: 10 },
      },
    },
    advanced: {
      useSecureCookies: options.publicUrl?.startsWith('https:') ?? false,
      cookiePrefix: 'berth',
      defaultCookieAttributes: { httpOnly: true, sameSite: 'lax' },
      ipAddress: { ipAddressHeaders: [clientIpHeader] },
      database: { generateId: () => newUuid() },
    },
    databaseHooks: {
      session: {
        create: {
          // Only now is the password known to be right: who does not know it learns nothing of the account.
          async before({ userId }) {
            if (!(await isUserDisabled(db, userId))) return
            throw new APIError('FORBIDDEN', { code: 'ACCOUNT_DISABLED', message: 'This account is disabled.' })
          },
        },
      },
    },
    hooks: {
      before: createAuthMiddleware(async (ctx) => {
        if (ctx.path === changePasswordPath) return refuseSamePassword(ctx.body)
        if (ctx.path !== signInPath) return
        const waitSeconds = await countSignInTry(db, emailBody.parse(ctx.body).email, Date.now())
        if (waitSeconds === 0) return
        throw new APIError('TOO_MANY_REQUESTS', {
          code: 'RATE_LIMITED',
          message: `Too many attempts for this account. Try again in ${waitSeconds} s.`,
        })
      }),
      after: createAuthMiddleware(async (ctx) => {
        const session = ctx.context.newSession
        if (ctx.path === changePasswordPath && !(ctx.context.returned instanceof APIError)) {
          const changed = session?.user ?? ctx.context.session?.user
          if (changed) await noteOwnPassword(db, changed.id)
        }
        if (ctx.path !== signInPath) return
        const { email } = emailBody.parse(ctx.body)
        if (session) await Promise.all([forgetSignInTries(db, email), noteSignIn(db, session.user.id)])
        const isDisabled = refusedAs('ACCOUNT_DISABLED').safeParse(ctx.context.returned).success
        await insertAudit(db, {
          actorUserId: session?.user.id ?? null,
          actorName: session?.user.name ?? email.slice(0, 200),
          via: 'session',
          viaId: session?.session.id ?? null,
          ip: ctx.headers?.get(clientIpHeader) ?? null,
          procedure: 'auth.signIn',
          targetKind: null,
          targetId: null,
          targetName: null,
          operationId: null,
          outcome: session ? 'ok' : 'denied',
          errorCode: session ? null : isDisabled ? 'ACCOUNT_DISABLED' : 'CREDENTIALS_INVALID',
        })
      }),
    },
  })
  return {
    async handler(request) {
      const answer = await auth.handler(request)
      // Its own 500 hides the cause. Where it was the database, this throws and says so.
      if (answer.status >= 500) await pingDatabase(db)
      return answer
    },
    async sessionOf(headers) {
      const found = await auth.api.getSession({ headers }).catch(async (error: unknown) => {
        await pingDatabase(db)
        throw error
      })
      if (!found) return null
      const user = sessionUser.parse(found.user)
      // Such a session is one that was made while its user was being disabled.
      if (user.disabledAt) return null
      return {
        kind: 'session',
        sessionId: found.session.id,
        userId: user.id,
        name: user.name,
        email: user.email,
        role: user.role,
        mustChangePassword: user.mustChangePassword,
      }
    },
  }
}

/** Otherwise a password that an administrator knows would stay what it is. */
function refuseSamePassword(body: unknown): void {
  const passwords = passwordsBody.safeParse(body)
  if (!passwords.success || passwords.data.newPassword !== passwords.data.currentPassword) return
  throw new APIError('BAD_REQUEST', { code: 'PASSWORD_UNCHANGED', message: 'The new password is the current one.' })
}
