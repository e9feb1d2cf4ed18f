/**
 * Whether a user may come in, and as what. Every change ends what was open on the old terms, in the same transaction:
 * sessions (and with them consoles and event streams), and where he is shut out his API tokens too.
 */
import type { DatabaseClient, PrismaClient } from '@berth/prisma/client'
import { AppError } from '@berth/core/errors/app-error'
import { hashPassword } from '../auth/passwords.ts'
import { forgetSignInTries } from '../auth/sign-in-limit-repo.ts'
import { announce } from '../events/outbox-repo.ts'
import type { Role } from '../trpc/caller.ts'

export interface EndedAccess {
  readonly sessionCount: number
  readonly tokenCount: number
}

/** Nothing happens to one who is disabled already. Throws OBJECT_NOT_FOUND, LAST_ADMIN. */
export async function disableUser(db: PrismaClient, userId: string): Promise<void> {
  await db.$transaction(async (tx) => {
    await requireOtherAdmin(tx, userId)
    await tx.user.updateMany({ where: { id: userId, disabledAt: null }, data: { disabledAt: new Date() } })
    await endAccess(tx, userId, { includesTokens: true })
  })
}

/** He comes back with his password and nothing else. Throws OBJECT_NOT_FOUND. */
export async function enableUser(db: PrismaClient, userId: string): Promise<void> {
  await db.$transaction(async (tx) => {
    const found = await tx.user.updateMany({ where: { id: userId }, data: { disabledAt: null } })
    if (found.count === 0) throw noSuchUser()
    // A sign-in or a token that was on its way while he was disabled must not come to life now.
    await endAccess(tx, userId, { includesTokens: true })
  })
}

/** Signs him out where the role is another one: streams were opened with the rights of the old. Throws LAST_ADMIN. */
export async function changeRole(tx: DatabaseClient, userId: string, role: Role): Promise<void> {
  if (role !== 'admin') await requireOtherAdmin(tx, userId)
  const { count } = await tx.user.updateMany({ where: { id: userId, role: { not: role } }, data: { role } })
  if (count > 0) await endAccess(tx, userId, { includesTokens: false })
}

/**
 * The new password is one that somebody else knows too, so it must be changed at the next sign-in. Throws OBJECT_NOT_FOUND.
 */
export async function resetPassword(db: PrismaClient, userId: string, password: string): Promise<void> {
  const hashed = await hashPassword(password)
  await db.$transaction(async (tx) => {
    const user = await tx.user.findUnique({ where: { id: userId }, select: { email: true } })
    if (!user) throw noSuchUser()
    await tx.user.update({ where: { id: userId }, data: { mustChangePassword: true }, select: { id: true } })
    await tx.account.updateMany({ where: { userId, providerId: 'credential' }, data: { password: hashed } })
    await endAccess(tx, userId, { includesTokens: false })
    await forgetSignInTries(tx, user.email)
  })
}

/** Console tickets need no end of their own: each is worth as much as the session or token that asked for it. */
export async function endAccess(
  tx: DatabaseClient,
  userId: string,
  { includesTokens }: { includesTokens: boolean },
): Promise<EndedAccess> {
  const sessions = await tx.session.deleteMany({ where: { userId } })
  await announce(tx, { kind: 'accounts.changed' })
  if (!includesTokens) return { sessionCount: sessions.count, tokenCount: 0 }
  const unrevoked = { userId, revokedAt: null }
  const tokens = await tx.apiToken.updateMany({ where: unrevoked, data: { revokedAt: new Date() } })
  return { sessionCount: sessions.count, tokenCount: tokens.count }
}

/**
 * The rows of all who can administer are locked, in one order: of two requests that each take one away, the second sees
 * what the first left. NO KEY, so that nobody's sign-in waits for it.
 */
async function requireOtherAdmin(tx: DatabaseClient, userId: string): Promise<void> {
  const admins = await tx.$queryRaw<{ id: string }[]>`
    SELECT id::text FROM "user" WHERE role = 'admin' AND disabled_at IS NULL ORDER BY id FOR NO KEY UPDATE`
  if (admins.length === 1 && admins[0]?.id === userId) {
    throw new AppError('LAST_ADMIN', 'Without this one nobody could administer Berth.')
  }
}

/** Also for a user who is not there: he does not sign in either. */
export async function isUserDisabled(db: DatabaseClient, userId: string): Promise<boolean> {
  return (await db.user.count({ where: { id: userId, disabledAt: null } })) === 0
}

export async function noteSignIn(db: DatabaseClient, userId: string): Promise<void> {
  await db.user.updateMany({ where: { id: userId }, data: { lastSignInAt: new Date() } })
  await announce(db, { kind: 'accounts.changed' })
}

/** He has chosen a password that nobody else knows. */
export async function noteOwnPassword(db: DatabaseClient, userId: string): Promise<void> {
  await db.user.updateMany({ where: { id: userId }, data: { mustChangePassword: false } })
  await announce(db, { kind: 'accounts.changed' })
}

export const noSuchUser = (): AppError => new AppError('OBJECT_NOT_FOUND', 'There is no such user.')
