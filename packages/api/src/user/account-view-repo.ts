/** Users as administrators see them: who may come in, what is open in their name, what is theirs. */
import { z } from 'zod'
import type { DatabaseClient, Prisma } from '@berth/prisma/client'
import { decodeCursor, encodeCursor, type Page, type PageCut } from '../trpc/paging.ts'
import { noSuchUser } from './user-access-repo.ts'

export const accountViewSchema = z.object({
  userId: z.string(),
  name: z.string(),
  email: z.string(),
  role: z.enum(['admin', 'user']),
  /** Null: may sign in. */
  disabledAt: z.iso.datetime().nullable(),
  /** The password was given by somebody else, and its owner has not chosen one yet. */
  mustChangePassword: z.boolean(),
  createdAt: z.iso.datetime(),
  lastSignInAt: z.iso.datetime().nullable(),
  /** Open ones. */
  sessionCount: z.int(),
  /** API tokens that still work. */
  tokenCount: z.int(),
  vmCount: z.int(),
  /** The only administrator who may sign in: can be neither disabled nor made a user. */
  isLastAdmin: z.boolean(),
})
export type AccountView = z.infer<typeof accountViewSchema>

export interface AccountFilter {
  /** Part of the name or the email. */
  readonly text?: string | undefined
  readonly role?: 'admin' | 'user' | undefined
  readonly isDisabled?: boolean | undefined
}

const countsAt = (now: Date) => ({
  _count: {
    select: {
      sessions: { where: { expiresAt: { gt: now } } },
      apiTokens: { where: { revokedAt: null, OR: [{ expiresAt: null }, { expiresAt: { gt: now } }] } },
      vms: { where: { deletedAt: null } },
    },
  },
})

/** By email, which nobody shares. */
export async function listAccounts(
  db: DatabaseClient,
  filter: AccountFilter,
  page: PageCut,
): Promise<Page<AccountView>> {
  const { text, role, isDisabled } = filter
  const found = { contains: text?.trim() ?? '', mode: 'insensitive' } as const
  const where: Prisma.UserWhereInput = {
    OR: [{ name: found }, { email: found }],
    ...(role === undefined ? {} : { role }),
    ...(isDisabled === undefined ? {} : { disabledAt: isDisabled ? { not: null } : null }),
    ...(page.cursor === undefined ? {} : { email: { gt: decodeCursor(page.cursor)[0] } }),
  }
  const include = countsAt(new Date())
  const [rows, adminCount] = await Promise.all([
    db.user.findMany({ where, orderBy: { email: 'asc' }, take: page.limit + 1, include }),
    countUsableAdmins(db),
  ])
  const items = rows.slice(0, page.limit)
  const last = rows.length > page.limit ? items.at(-1) : undefined
  return {
    items: items.map((row) => accountViewOf(row, adminCount)),
    nextCursor: last ? encodeCursor([last.email, last.id]) : null,
  }
}

/** Throws OBJECT_NOT_FOUND. */
export async function requireAccount(db: DatabaseClient, userId: string): Promise<AccountView> {
  const row = await db.user.findUnique({ where: { id: userId }, include: countsAt(new Date()) })
  if (!row) throw noSuchUser()
  return accountViewOf(row, await countUsableAdmins(db))
}

const countUsableAdmins = (db: DatabaseClient): Promise<number> =>
  db.user.count({ where: { role: 'admin', disabledAt: null } })

interface AccountRow {
  readonly id: string
  readonly name: string
  readonly email: string
  readonly role: string
  readonly disabledAt: Date | null
  readonly mustChangePassword: boolean
  readonly createdAt: Date
  readonly lastSignInAt: Date | null
  readonly _count: { readonly sessions: number; readonly apiTokens: number; readonly vms: number }
}

const accountViewOf = (row: AccountRow, adminCount: number): AccountView =>
  accountViewSchema.parse({
    userId: row.id,
    name: row.name,
    email: row.email,
    role: row.role,
    disabledAt: row.disabledAt?.toISOString() ?? null,
    mustChangePassword: row.mustChangePassword,
    createdAt: row.createdAt.toISOString(),
    lastSignInAt: row.lastSignInAt?.toISOString() ?? null,
    sessionCount: row._count.sessions,
    tokenCount: row._count.apiTokens,
    vmCount: row._count.vms,
    isLastAdmin: row.role === 'admin' && row.disabledAt === null && adminCount === 1,
  })
