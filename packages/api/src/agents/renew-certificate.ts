/** Gives a host its next certificate, over the line that its present one secures. */
import { agentContract } from '@berth/core/agent-contract/agent-contract'
import type { DatabaseClient } from '@berth/prisma/client'
import type { CertificateAuthority } from '../host/certificate-authority.ts'
import { recordHostCertificate } from '../host/host-certificate-repo.ts'
import type { AgentAddress, AgentClient } from './agent-client.ts'

export interface CertificateDesk {
  readonly db: DatabaseClient
  readonly authority: Pick<CertificateAuthority, 'signHost'>
}

/** Throws JOIN_REFUSED for a host that was revoked. May be repeated and be broken off anywhere: the agent shows its old certificate until it has the new one on disk. */
export async function renewCertificate(
  { db, authority }: CertificateDesk,
  client: AgentClient,
  { hostId, address }: AgentAddress,
): Promise<void> {
  const { csrPem } = await client.call(agentContract.agent.requestCertificate, {})
  const signed = await authority.signHost({ csrPem, hostId, address })
  // First, so that there is no certificate that a revocation does not know of.
  await recordHostCertificate(db, hostId, signed)
  const { certificatePem } = signed
  await client.call(agentContract.agent.installCertificate, { certificatePem })
}
