/** Join tokens, and the host's row that one of them becomes. */
import type { DatabaseClient } from '@berth/prisma/client'
import { newUuid } from '@berth/core/ids/ids'
import { hashSecret, newBearerSecret } from '../auth/bearer-secret.ts'

/** Hours are enough for a person, and a token that lies around longer is a risk. */
export const joinTokenLifeMs = 24 * 3_600_000

export interface JoinTokenWish {
  readonly hostName: string
  readonly createdById: string | null
}

/** Returns the token, for the only time. */
export async function createJoinToken(db: DatabaseClient, { hostName, createdById }: JoinTokenWish): Promise<string> {
  const token = newBearerSecret('join')
  const expiresAt = new Date(Date.now() + joinTokenLifeMs)
  await db.joinToken.create({ data: { hostName, createdById, tokenHash: hashSecret(token), expiresAt } })
  return token
}

/** Uses the token up and answers the name it was made for; null for one that is unknown, used or expired. */
export async function useJoinToken(tx: DatabaseClient, token: string): Promise<string | null> {
  const rows = await tx.$queryRaw<{ host_name: string }[]>`
    UPDATE join_token SET used_at = now()
    WHERE token_hash = ${hashSecret(token)} AND used_at IS NULL AND expires_at > now()
    RETURNING host_name`
  return rows[0]?.host_name ?? null
}

export interface JoiningHost {
  readonly name: string
  readonly address: string
  readonly port: number
  readonly agentVersion: string
}

/** A host that joins again under its name keeps its id, and with it its machines. */
export async function upsertJoiningHost(tx: DatabaseClient, host: JoiningHost): Promise<string> {
  const { name, ...rest } = host
  const row = await tx.host.upsert({
    where: { name },
    create: { id: newUuid(), name, ...rest },
    update: rest,
    select: { id: true },
  })
  return row.id
}

export async function setHostFingerprint(tx: DatabaseClient, hostId: string, fingerprint: string): Promise<void> {
  await tx.host.update({ where: { id: hostId }, data: { certFingerprint: fingerprint }, select: { id: true } })
}

export async function setHostPort(db: DatabaseClient, host: { name: string; port: number }): Promise<void> {
  await db.host.updateMany({ where: { name: host.name }, data: { port: host.port } })
}
