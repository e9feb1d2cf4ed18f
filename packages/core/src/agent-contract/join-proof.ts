/**
 * What proves that both ends of a join know the same token, without sending it: HMACs over all that is said, keyed by the
 * token's secret. Who stands between can neither put his own key into the request nor his own CA into the answer, and a
 * request that was overheard is worth nothing, since a token works once. The answer's proof takes in the request's, so
 * that it fits this request and no other.
 */
import type { JoinAnswer, JoinRequest } from './join.ts'

const encoder = new TextEncoder()

export function proveJoinRequest(secret: string, request: Omit<JoinRequest, 'proof'>): Promise<string> {
  return sign(secret, textOfRequest(request))
}

export function isJoinRequestProven(secret: string, request: JoinRequest): Promise<boolean> {
  return verify(secret, textOfRequest(request), request.proof)
}

export function proveJoinAnswer(
  secret: string,
  request: JoinRequest,
  answer: Omit<JoinAnswer, 'proof'>,
): Promise<string> {
  return sign(secret, textOfAnswer(request, answer))
}

export function isJoinAnswerProven(secret: string, request: JoinRequest, answer: JoinAnswer): Promise<boolean> {
  return verify(secret, textOfAnswer(request, answer), answer.proof)
}

// JSON of a list, because joined strings could be cut elsewhere by whoever chooses one of them.
function textOfRequest(request: Omit<JoinRequest, 'proof'>): string {
  const { tokenId, csrPem, address, port, agentVersion, previousHostId } = request
  return JSON.stringify(['berth join request 1', tokenId, csrPem, address, port, agentVersion, previousHostId])
}

function textOfAnswer({ proof }: JoinRequest, answer: Omit<JoinAnswer, 'proof'>): string {
  const { hostId, hostName, certificatePem, caPem } = answer
  return JSON.stringify(['berth join answer 1', proof, hostId, hostName, certificatePem, caPem])
}

const keyOf = (secret: string) =>
  crypto.subtle.importKey('raw', encoder.encode(secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify'])

async function sign(secret: string, text: string): Promise<string> {
  const signature = new Uint8Array(await crypto.subtle.sign('HMAC', await keyOf(secret), encoder.encode(text)))
  return btoa(String.fromCharCode(...signature))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '')
}

/** In a time that says nothing of how much of it was right. */
async function verify(secret: string, text: string, proof: string): Promise<boolean> {
  const bytes = Uint8Array.from(atob(proof.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0))
  return crypto.subtle.verify('HMAC', await keyOf(secret), bytes, encoder.encode(text))
}
