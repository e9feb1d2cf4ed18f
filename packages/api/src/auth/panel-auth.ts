/**
 * Who somebody is: email and password, and the sessions that follow, by better-auth on our database. What he may do is
 * decided elsewhere. Accounts are made by administrators, never by signing up; the server lets only `authPaths` through.
 */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { betterAuth } from 'better-auth'
import { APIError } from 'better-auth/api'
import { prismaAdapter } from 'better-auth/adapters/prisma'
import type { Logger } from 'pino'
import { z } from 'zod'
import type { PrismaClient } from '@berth/prisma/client'
import { newUuid } from '@berth/core/ids/ids'
import type { SessionCaller } from '../trpc/caller.ts'
import { pingDatabase } from '../trpc/readiness-repo.ts'
import {
  changePasswordPath,
  clientIpHeader,
  makeAfterHook,
  makeBeforeHook,
  refuseDisabled,
  signInPath,
} from './auth-hooks.ts'
import { hashPassword, maxPasswordLength, minPasswordLength, verifyPassword } from './passwords.ts'
import { readOrMakeSecretFile } from './secret-files.ts'
import { accountWindowSeconds } from './sign-in-limit-repo.ts'

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
        create: { before: ({ userId }) => refuseDisabled(db, userId) },
      },
    },
    hooks: { before: makeBeforeHook(db), after: makeAfterHook(db) },
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
