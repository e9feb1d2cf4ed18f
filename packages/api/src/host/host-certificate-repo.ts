/**
 * Every certificate that was given to a host, so that all of them can be refused: one that was replaced is as good as the
 * newest until it ends. Rows outlive their host.
 */
import { AppError } from '@berth/core/errors/app-error'
import type { DatabaseClient } from '@berth/prisma/client'
import type { HostCertificate } from './certificate-authority.ts'

/**
 * Before it is handed out. Throws JOIN_REFUSED for a host that was revoked: its row is locked, so that of a revocation and
 * a renewal at the same moment one sees the other.
 */
export async function recordHostCertificate(
  tx: DatabaseClient,
  hostId: string,
  { fingerprint, expiresAt }: HostCertificate,
): Promise<void> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    UPDATE host SET cert_fingerprint = ${fingerprint} WHERE id = ${hostId}::uuid AND revoked_at IS NULL RETURNING id`
  if (rows.length === 0) throw new AppError('JOIN_REFUSED', 'The host was revoked.')
  await tx.hostCertificate.create({ data: { fingerprint, hostId, expiresAt }, select: { fingerprint: true } })
}

/** Answers how many were good until now. */
export async function refuseHostCertificates(tx: DatabaseClient, hostId: string): Promise<number> {
  const { count } = await tx.hostCertificate.updateMany({
    where: { hostId, revokedAt: null },
    data: { revokedAt: new Date() },
  })
  return count
}

/** Fingerprints that no process of this installation accepts any more; those that have ended need no mention. */
export async function listRefusedCertificates(db: DatabaseClient): Promise<string[]> {
  const rows = await db.hostCertificate.findMany({
    where: { revokedAt: { not: null }, expiresAt: { gt: new Date() } },
    select: { fingerprint: true },
    orderBy: { revokedAt: 'desc' },
    take: 10_000,
  })
  return rows.map((row) => row.fingerprint)
}
