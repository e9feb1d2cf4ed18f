import { z } from 'zod'
import type { DatabaseClient } from '@berth/prisma/client'
import { AppError } from '@berth/core/errors/app-error'
import { newUuid } from '@berth/core/ids/ids'
import { hashPassword } from '../auth/passwords.ts'
import type { Role } from '../trpc/caller.ts'

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
}

/** Makes a user who signs in with a password. Does nothing, and answers null, where the email is taken. */
export async function createUser(db: DatabaseClient, user: NewUser): Promise<string | null> {
  const userId = newUuid()
  const password = await hashPassword(user.password)
  const email = user.email.trim().toLowerCase()
  const { count } = await db.user.createMany({
    data: [{ id: userId, email, name: user.name, role: user.role, emailVerified: true }],
    skipDuplicates: true,
  })
  if (count === 0) return null
  await db.account.create({ data: { accountId: userId, providerId: 'credential', userId, password } })
  return userId
}

export const countAdmins = (db: DatabaseClient): Promise<number> => db.user.count({ where: { role: 'admin' } })

export async function findUserByEmail(db: DatabaseClient, email: string): Promise<string | null> {
  const row = await db.user.findUnique({ where: { email: email.trim().toLowerCase() }, select: { id: true } })
  return row?.id ?? null
}

export async function requireUserView(db: DatabaseClient, userId: string): Promise<UserView> {
  const row = await db.user.findUnique({ where: { id: userId } })
  if (!row) throw new AppError('OBJECT_NOT_FOUND', 'There is no such user.')
  return userViewSchema.parse({
    userId: row.id,
    name: row.name,
    email: row.email,
    role: row.role,
    createdAt: row.createdAt.toISOString(),
  })
}

export async function renameUser(db: DatabaseClient, userId: string, name: string): Promise<void> {
  await db.user.update({ where: { id: userId }, data: { name }, select: { id: true } })
}
