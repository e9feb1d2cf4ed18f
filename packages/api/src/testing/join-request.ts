/** A host that asks to join, as an agent does, without an agent. */
import { proveJoinRequest } from '@berth/core/agent-contract/join-proof'
import { parseJoinToken, type JoinRequest } from '@berth/core/agent-contract/join'
import { insertJoinToken } from '../host/join-repo.ts'
import type { PanelProcess } from '../panel-process.ts'
import { newHostKey } from './host-key.ts'

/** A token as it stands in the command. */
export async function newJoinToken(
  { panel, desk }: Pick<PanelProcess, 'panel' | 'desk'>,
  hostName: string,
): Promise<string> {
  return desk.tokenOf((await insertJoinToken(panel.db, { hostName, createdById: null })).tokenId)
}

/** `secret`: what it is proven with, where that is not the token's. */
export async function newJoinRequest(
  token: string,
  { secret, ...change }: Partial<JoinRequest> & { secret?: string } = {},
): Promise<JoinRequest> {
  const known = parseJoinToken(token)
  if (known === null) throw new Error('no token')
  const said = {
    tokenId: known.tokenId,
    csrPem: (await newHostKey('CN=panel')).csrPem,
    address: '127.0.0.1',
    port: 1,
    agentVersion: '0.1.0',
    previousHostId: null,
    ...change,
  }
  return { ...said, proof: await proveJoinRequest(secret ?? known.secret, said) }
}
