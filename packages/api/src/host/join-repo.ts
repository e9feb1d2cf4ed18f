/** Join tokens, and the host's row that one of them becomes. */
import type { DatabaseClient } from '@berth/prisma/client'
import { AppError } from '@berth/core/errors/app-error'
import { newUuid } from '@berth/core/ids/ids'

/** Hours are enough for a person, and a token that lies around longer is a risk. */
const joinTokenLifeMs = 24 * 3_600_000

export interface JoinTokenWish {
  readonly hostName: string
  readonly createdById: string | null
}

export interface OpenJoinToken {
  readonly joinTokenId: string
  readonly hostName: string
  readonly createdAt: string
  readonly expiresAt: string
  readonly createdBy: string | null
}

/** Its secret follows from its id: see join-desk.ts. */
export async function insertJoinToken(
  db: DatabaseClient,
  { hostName, createdById }: JoinTokenWish,
): Promise<{ tokenId: string; expiresAt: Date }> {
  const expiresAt = new Date(Date.now() + joinTokenLifeMs)
  const { id } = await db.joinToken.create({ data: { hostName, createdById, expiresAt }, select: { id: true } })
  return { tokenId: id, expiresAt }
}

/** Those that a host may still come with, the newest first. */
export async function listOpenJoinTokens(db: DatabaseClient): Promise<OpenJoinToken[]> {
  const rows = await db.joinToken.findMany({
    where: { usedAt: null, expiresAt: { gt: new Date() } },
    include: { createdBy: { select: { name: true } } },
    orderBy: { id: 'desc' },
    take: 200,
  })
  return rows.map((row) => ({
    joinTokenId: row.id,
    hostName: row.hostName,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    createdBy: row.createdBy?.name ?? null,
  }))
}

/** Answers the name it was for. Throws OBJECT_NOT_FOUND for one that is not open. */
export async function deleteJoinToken(db: DatabaseClient, tokenId: string): Promise<string> {
  const rows = await db.$queryRaw<{ host_name: string }[]>`
    DELETE FROM join_token WHERE id = ${tokenId}::uuid AND used_at IS NULL RETURNING host_name`
  const [row] = rows
  if (!row) throw new AppError('OBJECT_NOT_FOUND', 'That join command was used, revoked or never made.')
  return row.host_name
}

/** Uses the token up and answers the name it was made for; null for one that is unknown, revoked, used or expired. */
export async function useJoinToken(tx: DatabaseClient, tokenId: string): Promise<string | null> {
  const rows = await tx.$queryRaw<{ host_name: string }[]>`
    UPDATE join_token SET used_at = now()
    WHERE id = ${tokenId}::uuid AND used_at IS NULL AND expires_at > now()
    RETURNING host_name`
  return rows[0]?.host_name ?? null
}

export interface KnownHost {
  readonly id: string
  readonly name: string
  readonly state: string
}

export function findHostByName(db: DatabaseClient, name: string): Promise<KnownHost | null> {
  return db.host.findUnique({ where: { name }, select: { id: true, name: true, state: true } })
}

export function findHostById(db: DatabaseClient, id: string): Promise<KnownHost | null> {
  return db.host.findUnique({ where: { id }, select: { id: true, name: true, state: true } })
}

export interface JoiningHost {
  readonly name: string
  readonly address: string
  readonly port: number
  readonly agentVersion: string
}

/** A host that joins again under its name keeps its id, and with it its machines; whether it was revoked or not. */
export async function upsertJoiningHost(tx: DatabaseClient, host: JoiningHost): Promise<string> {
  const { name, ...rest } = host
  const row = await tx.host.upsert({
    where: { name },
    create: { id: newUuid(), name, ...rest },
    update: { ...rest, revokedAt: null },
    select: { id: true },
  })
  return row.id
}

export interface HostPlace {
  readonly name: string
  readonly port: number
  readonly address: string | undefined
}

export async function setHostPort(db: DatabaseClient, { name, port, address }: HostPlace): Promise<void> {
  await db.host.updateMany({ where: { name }, data: { port, ...(address === undefined ? {} : { address }) } })
}
