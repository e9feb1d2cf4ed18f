import { z } from 'zod'
import type { DatabaseClient, PrismaClient } from '@berth/prisma/client'
import { isUniqueViolation } from '@berth/prisma/database-errors'
import { AppError } from '@berth/core/errors/app-error'
import { newUuid } from '@berth/core/ids/ids'
import { hashPassword } from '../auth/passwords.ts'
import { announce, announceVmsOfOwner } from '../events/outbox-repo.ts'
import type { Role } from '../trpc/caller.ts'
import { changeRole, noSuchUser } from './user-access-repo.ts'

export const userViewSchema = z.object({
  userId: z.string(),
  name: z.string(),
  email: z.string(),
  role: z.enum(['admin', 'user']),
  createdAt: z.iso.datetime(),
})
export type UserView = z.infer<typeof userViewSchema>

export interface NewUser {
  readonly email: string
  readonly name: string
  readonly role: Role
  readonly password: string
  /** The password is one that its maker knows too. */
  readonly mustChangePassword?: boolean
}

/** Makes a user who signs in with a password. Does nothing, and answers null, where the email is taken. */
export async function createUser(db: PrismaClient, user: NewUser): Promise<string | null> {
  const userId = newUuid()
  // Not within the transaction: on a busy computer a hash takes seconds, and transactions that stand still are ended.
  const password = await hashPassword(user.password)
  const row = {
    id: userId,
    email: user.email.trim().toLowerCase(),
    name: user.name,
    role: user.role,
    emailVerified: true,
    mustChangePassword: user.mustChangePassword ?? false,
  }
  return db.$transaction(async (tx) => {
    const { count } = await tx.user.createMany({ data: [row], skipDuplicates: true })
    if (count === 0) return null
    await tx.account.create({ data: { accountId: userId, providerId: 'credential', userId, password } })
    await announce(tx, { kind: 'accounts.changed' })
    return userId
  })
}

export const countAdmins = (db: DatabaseClient): Promise<number> => db.user.count({ where: { role: 'admin' } })

export interface FoundUser {
  readonly userId: string
  readonly email: string
  readonly isDisabled: boolean
}

export async function findUserByEmail(db: DatabaseClient, email: string): Promise<FoundUser | null> {
  return foundUserOf(await db.user.findUnique({ where: { email: email.trim().toLowerCase() } }))
}

/** Of those who may sign in. */
export async function findOldestAdmin(db: DatabaseClient): Promise<FoundUser | null> {
  return foundUserOf(await db.user.findFirst({ where: { role: 'admin', disabledAt: null }, orderBy: { id: 'asc' } }))
}

const foundUserOf = (row: { id: string; email: string; disabledAt: Date | null } | null): FoundUser | null =>
  row && { userId: row.id, email: row.email, isDisabled: row.disabledAt !== null }

export async function requireUserView(db: DatabaseClient, userId: string): Promise<UserView> {
  const row = await db.user.findUnique({ where: { id: userId } })
  if (!row) throw noSuchUser()
  return userViewSchema.parse({
    userId: row.id,
    name: row.name,
    email: row.email,
    role: row.role,
    createdAt: row.createdAt.toISOString(),
  })
}

export async function renameUser(db: PrismaClient, userId: string, name: string): Promise<void> {
  await db.$transaction(async (tx) => {
    await tx.user.update({ where: { id: userId }, data: { name }, select: { id: true } })
    await announceUser(tx, userId, { isRenamed: true })
  })
}

async function announceUser(tx: DatabaseClient, userId: string, { isRenamed }: { isRenamed: boolean }): Promise<void> {
  await announce(tx, { kind: 'accounts.changed' })
  if (isRenamed) await announceVmsOfOwner(tx, userId)
}

export interface UserChange {
  readonly name: string | undefined
  readonly email: string | undefined
  readonly role: Role | undefined
}

/** All of it or nothing. Throws OBJECT_NOT_FOUND, EMAIL_TAKEN, LAST_ADMIN. */
export async function updateUser(db: PrismaClient, userId: string, { name, email, role }: UserChange): Promise<void> {
  const data = { ...(name === undefined ? {} : { name }), ...(email === undefined ? {} : { email }) }
  try {
    await db.$transaction(async (tx) => {
      if (role !== undefined) await changeRole(tx, userId, role)
      const { count } = await tx.user.updateMany({ where: { id: userId }, data })
      if (count === 0) throw noSuchUser()
      await announceUser(tx, userId, { isRenamed: name !== undefined })
    })
  } catch (error) {
    if (isUniqueViolation(error)) throw emailTaken(email ?? '')
    throw error
  }
}

export const emailTaken = (email: string): AppError =>
  new AppError('EMAIL_TAKEN', `There is a user ${email} already.`, { details: { field: 'email' } })
