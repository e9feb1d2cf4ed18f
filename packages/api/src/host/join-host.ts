/** Lets a host in: token, row, certificate, in one transaction. A request that cannot be signed does not cost the token. */
import { joinAnswerSchema, type JoinAnswer, type JoinRequest } from '@berth/core/agent-contract/join'
import { AppError } from '@berth/core/errors/app-error'
import type { PrismaClient } from '@berth/prisma/client'
import { insertAudit } from '../audit/audit-repo.ts'
import { announce } from '../events/outbox-repo.ts'
import type { CertificateAuthority } from './certificate-authority.ts'
import { setHostFingerprint, upsertJoiningHost, useJoinToken } from './join-repo.ts'

export interface JoinDoor {
  readonly db: PrismaClient
  readonly authority: CertificateAuthority
  /** Calls the new host's agent at once. */
  readonly refreshHosts: () => Promise<void>
}

/** Throws JOIN_REFUSED, without saying whether the token was unknown, used or expired. */
export async function joinHost({ db, authority, refreshHosts }: JoinDoor, request: JoinRequest): Promise<JoinAnswer> {
  const answer = await db.$transaction(async (tx) => {
    const name = await useJoinToken(tx, request.token)
    if (name === null) throw new AppError('JOIN_REFUSED', 'The join token is not valid.')
    const { address, port, agentVersion } = request
    const hostId = await upsertJoiningHost(tx, { name, address, port, agentVersion })
    const signed = await authority.signHost({ csrPem: request.csrPem, hostId, address })
    await setHostFingerprint(tx, hostId, signed.fingerprint)
    await announce(tx, { kind: 'host.changed', hostId })
    await insertAudit(tx, {
      actorUserId: null,
      actorName: name,
      via: 'system',
      viaId: null,
      ip: null,
      procedure: 'host.join',
      targetKind: 'host',
      targetId: hostId,
      targetName: name,
      operationId: null,
      outcome: 'ok',
      errorCode: null,
    })
    return joinAnswerSchema.parse({
      hostId,
      hostName: name,
      certificatePem: signed.certificatePem,
      caPem: authority.caPem,
    })
  })
  await refreshHosts()
  return answer
}
