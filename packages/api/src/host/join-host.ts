/** Lets a host in: token, row, certificate, in one transaction. A request that cannot be signed does not cost the token. */
import { isJoinRequestProven, proveJoinAnswer } from '@berth/core/agent-contract/join-proof'
import { joinAnswerSchema, type JoinAnswer, type JoinRequest } from '@berth/core/agent-contract/join'
import { AppError } from '@berth/core/errors/app-error'
import type { DatabaseClient, PrismaClient } from '@berth/prisma/client'
import { insertAudit } from '../audit/audit-repo.ts'
import { announce, announceVmsOf } from '../events/outbox-repo.ts'
import type { CertificateAuthority } from './certificate-authority.ts'
import { recordHostCertificate, refuseHostCertificates } from './host-certificate-repo.ts'
import type { JoinDesk } from './join-desk.ts'
import { findHostById, findHostByName, upsertJoiningHost, useJoinToken } from './join-repo.ts'

export interface JoinDoor {
  readonly db: PrismaClient
  readonly authority: Pick<CertificateAuthority, 'caPem' | 'signHost'>
  readonly desk: JoinDesk
  /** Calls the new host's agent at once. */
  readonly refreshHosts: () => Promise<void>
}

const refused = (why: string): AppError => new AppError('JOIN_REFUSED', why)

/** Throws JOIN_REFUSED. Only who has proven to know a token learns more than that. */
export async function joinHost(door: JoinDoor, request: JoinRequest): Promise<JoinAnswer> {
  const { db, authority, desk, refreshHosts } = door
  const secret = desk.secretOf(request.tokenId)
  if (!(await isJoinRequestProven(secret, request))) throw refused('The join token is not valid.')
  const joined = await db.$transaction(async (tx) => {
    const name = await useJoinToken(tx, request.tokenId)
    if (name === null) throw refused('The join token was used, revoked, or has expired.')
    await requireOwnName(tx, name, request)
    const { address, port, agentVersion } = request
    const hostId = await upsertJoiningHost(tx, { name, address, port, agentVersion })
    const signed = await authority.signHost({ csrPem: request.csrPem, hostId, address })
    // It has this one now: whoever comes with an earlier one is not it.
    await refuseHostCertificates(tx, hostId)
    await recordHostCertificate(tx, hostId, signed)
    await announce(tx, { kind: 'host.changed', hostId })
    await announceVmsOf(tx, hostId)
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
    return { hostId, hostName: name, certificatePem: signed.certificatePem, caPem: authority.caPem }
  })
  await refreshHosts()
  const said = joinAnswerSchema.omit({ proof: true }).parse(joined)
  return { ...said, proof: await proveJoinAnswer(secret, request, said) }
}

/**
 * The machines on a computer's disks are those of the host that it was. Were it to become another one, the panel would wait
 * for them on the old host for ever; were two computers to be one host, each would end the other's line.
 */
async function requireOwnName(tx: DatabaseClient, name: string, { previousHostId }: JoinRequest): Promise<void> {
  const previous = previousHostId === null ? null : await findHostById(tx, previousHostId)
  if (previous !== null && previous.name !== name) {
    throw refused(`This computer is host ${previous.name}. Make the join command for that name.`)
  }
  const named = await findHostByName(tx, name)
  if (named?.state === 'online' && named.id !== previousHostId) {
    throw refused(`A host of the name ${name} is online. Choose another name, or revoke that host first.`)
  }
}
