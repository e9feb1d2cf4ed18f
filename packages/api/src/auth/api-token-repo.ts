/** API tokens: shown once when they are made, kept as a hash, good until they expire or are revoked. */
import { z } from 'zod'
import type { DatabaseClient, PrismaClient } from '@berth/prisma/client'
import { AppError } from '@berth/core/errors/app-error'
import { newUuid } from '@berth/core/ids/ids'
import type { TokenCaller } from '../trpc/caller.ts'
import { decodeCursor, encodeCursor, type Page, type PageCut } from '../trpc/paging.ts'
import { hashSecret, newBearerSecret } from './bearer-secret.ts'

const prefixLength = 12
const roleSchema = z.enum(['admin', 'user'])

export const tokenViewSchema = z.object({
  tokenId: z.string(),
  name: z.string(),
  prefix: z.string(),
  owner: z.object({ userId: z.string(), name: z.string() }),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime().nullable(),
  lastUsedAt: z.iso.datetime().nullable(),
})
export type TokenView = z.infer<typeof tokenViewSchema>

export interface NewToken {
  readonly userId: string
  readonly name: string
  readonly expiresAt: Date | null
  /** The token that asks for it; absent: a person does. */
  readonly madeById?: string
}

/** Returns the token itself, for the only time. Throws SESSION_REQUIRED when its maker was revoked meanwhile. */
export async function createApiToken(
  db: PrismaClient,
  { madeById, ...wish }: NewToken,
): Promise<{ tokenId: string; token: string }> {
  const token = newBearerSecret('berth')
  const tokenId = newUuid()
  const data = { ...wish, id: tokenId, tokenHash: hashSecret(token), prefix: token.slice(0, prefixLength) }
  await db.$transaction(async (tx) => {
    if (madeById !== undefined) await lockMaker(tx, madeById)
    await tx.apiToken.create({ data: { ...data, madeById: madeById ?? null } })
  })
  return { tokenId, token }
}

/** Whoever revokes the maker waits, and then finds what it made. */
async function lockMaker(tx: DatabaseClient, tokenId: string): Promise<void> {
  const rows = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM api_token WHERE id = ${tokenId}::uuid AND revoked_at IS NULL FOR SHARE`
  if (rows.length === 0) throw new AppError('SESSION_REQUIRED', 'This API token was revoked.')
}

/** When a token ends; null: never. */
export async function endOfToken(db: DatabaseClient, tokenId: string): Promise<Date | null> {
  return (await db.apiToken.findUnique({ where: { id: tokenId }, select: { expiresAt: true } }))?.expiresAt ?? null
}

const usable = (now: Date) => ({ revokedAt: null, OR: [{ expiresAt: null }, { expiresAt: { gt: now } }] })

/** The caller of a bearer token, or null for one that is unknown, expired, revoked or of a disabled user. */
export async function findTokenCaller(db: DatabaseClient, token: string, now: Date): Promise<TokenCaller | null> {
  const row = await db.apiToken.findFirst({
    where: { tokenHash: hashSecret(token), ...usable(now), user: { disabledAt: null } },
    select: { id: true, name: true, lastUsedAt: true, user: true },
  })
  if (!row) return null
  // Once a minute is exact enough, and keeps a busy script from writing a row per call.
  if (row.lastUsedAt === null || now.getTime() - row.lastUsedAt.getTime() > 60_000) {
    await db.apiToken.updateMany({ where: { id: row.id }, data: { lastUsedAt: now } })
  }
  const { user } = row
  return {
    kind: 'token',
    tokenId: row.id,
    tokenName: row.name,
    userId: user.id,
    name: user.name,
    email: user.email,
    role: roleSchema.parse(user.role),
  }
}

/** Tokens that are not revoked, newest first; of one user, or of all (null). */
export async function listApiTokens(
  db: DatabaseClient,
  userId: string | null,
  page: PageCut,
): Promise<Page<TokenView>> {
  const after = page.cursor === undefined ? undefined : decodeCursor(page.cursor)[1]
  const rows = await db.apiToken.findMany({
    where: {
      revokedAt: null,
      ...(userId === null ? {} : { userId }),
      ...(after === undefined ? {} : { id: { lt: after } }),
    },
    orderBy: { id: 'desc' },
    take: page.limit + 1,
    include: { user: { select: { id: true, name: true } } },
  })
  const items = rows.slice(0, page.limit)
  const last = rows.length > page.limit ? items.at(-1) : undefined
  return {
    items: items.map((row) => ({
      tokenId: row.id,
      name: row.name,
      prefix: row.prefix,
      owner: { userId: row.user.id, name: row.user.name },
      createdAt: row.createdAt.toISOString(),
      expiresAt: row.expiresAt?.toISOString() ?? null,
      lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    })),
    nextCursor: last ? encodeCursor(['', last.id]) : null,
  }
}

/**
 * Revokes it and all that it made, and they made. Throws OBJECT_NOT_FOUND for a token of somebody else (`userId` null:
 * anybody's may be revoked) as for none.
 */
export async function revokeApiToken(db: PrismaClient, tokenId: string, userId: string | null): Promise<void> {
  const data = { revokedAt: new Date() }
  await db.$transaction(async (tx) => {
    const { count } = await tx.apiToken.updateMany({
      where: { id: tokenId, revokedAt: null, ...(userId === null ? {} : { userId }) },
      data,
    })
    if (count === 0) throw new AppError('OBJECT_NOT_FOUND', 'There is no such API token.')
    // One generation at a time: each makes no more once its rows are locked, and the next query sees what it has made.
    let makers = [tokenId]
    while (makers.length > 0) {
      const made = await tx.apiToken.updateManyAndReturn({
        where: { madeById: { in: makers }, revokedAt: null },
        data,
        select: { id: true },
      })
      makers = made.map(({ id }) => id)
    }
  })
}
