import { expect, test } from 'vitest'
import { hostIdSchema, newUuid } from '../ids/ids.ts'
import { isJoinAnswerProven, isJoinRequestProven, proveJoinAnswer, proveJoinRequest } from './join-proof.ts'
import { formatJoinToken, parseJoinToken, type JoinRequest } from './join.ts'

const secret = 's'.repeat(43)
const plain = {
  tokenId: newUuid(),
  csrPem: 'csr',
  address: '10.0.0.7',
  port: 7_443,
  agentVersion: '0.1.0',
  previousHostId: null,
}
const said = {
  hostId: hostIdSchema.parse(newUuid()),
  hostName: 'h1',
  certificatePem: 'certificate',
  caPem: 'ca',
}
const proven = async (): Promise<JoinRequest> => ({ ...plain, proof: await proveJoinRequest(secret, plain) })

test('a request is proven by its token alone, and by each of its words', async () => {
  const request = await proven()
  expect(request.proof).toMatch(/^[A-Za-z0-9_-]{43}$/)
  expect(await isJoinRequestProven(secret, request)).toBe(true)
  expect(await isJoinRequestProven('t'.repeat(43), request)).toBe(false)
  const changes: Partial<JoinRequest>[] = [
    { tokenId: newUuid() },
    { csrPem: 'another key' },
    { address: '10.0.0.8' },
    { port: 7_444 },
    { agentVersion: '0.1.1' },
    { previousHostId: said.hostId },
  ]
  for (const change of changes) expect(await isJoinRequestProven(secret, { ...request, ...change })).toBe(false)
})

test('an answer is proven for this request, and by each of its words', async () => {
  const request = await proven()
  const answer = { ...said, proof: await proveJoinAnswer(secret, request, said) }
  expect(await isJoinAnswerProven(secret, request, answer)).toBe(true)
  const other = { ...plain, port: 1 }
  const otherRequest = { ...other, proof: await proveJoinRequest(secret, other) }
  expect(await isJoinAnswerProven(secret, otherRequest, answer)).toBe(false)
  const changes = [
    { hostId: hostIdSchema.parse(newUuid()) },
    { hostName: 'h2' },
    { certificatePem: 'x' },
    { caPem: 'x' },
    { certificatePem: 'certificateca', caPem: '' },
  ]
  for (const change of changes) expect(await isJoinAnswerProven(secret, request, { ...answer, ...change })).toBe(false)
})

test('a token is one word, and half of one is none', () => {
  const token = { tokenId: newUuid(), secret, caFingerprint: 'a'.repeat(64) }
  const text = formatJoinToken(token)
  expect(text).toMatch(/^[A-Za-z0-9._-]+$/)
  expect(parseJoinToken(`${text}\n`)).toEqual(token)
  for (const broken of ['', text.slice(0, -1), text.slice(1), `${text}a`, text.replace('bj1', 'bj2')]) {
    expect(parseJoinToken(broken)).toBeNull()
  }
})
