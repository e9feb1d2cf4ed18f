/** The door through which hosts come in: who proves a token that is open, once, and nobody else. */
import { createHash, X509Certificate } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newJoinRequest, newJoinToken } from '@berth/api/testing/join-request'
import { isJoinAnswerProven } from '@berth/core/agent-contract/join-proof'
import { joinAnswerSchema, parseJoinToken } from '@berth/core/agent-contract/join'
import { newUuid } from '@berth/core/ids/ids'
import { codeOf, servePanel, type ServedPanel } from './testing/serve-test-panel.ts'

let panel: ServedPanel
beforeAll(async () => {
  panel = await servePanel()
})
afterAll(() => panel[Symbol.asyncDispose]())

const db = () => panel.world.process.panel.db
const newToken = (hostName: string) => newJoinToken(panel.world.process, hostName)
const join = (body: unknown) => panel.post('/api/join', body)
const refusalOf = async (body: unknown): Promise<string> => {
  const response = await join(body)
  expect(response.status).toBe(403)
  const text = await response.text()
  expect(text).toContain('"code":"JOIN_REFUSED"')
  return text
}

test('a host joins once with its token, and again keeps its id', async () => {
  const token = await newToken('h1')
  const first = await newJoinRequest(token)
  const answer = joinAnswerSchema.parse(await (await join(first)).json())
  expect(answer.hostName).toBe('h1')
  expect(new X509Certificate(answer.certificatePem).subject).toBe(`CN=host:${answer.hostId}`)
  expect(await isJoinAnswerProven(parseJoinToken(token)?.secret ?? '', first, answer)).toBe(true)
  const ca = createHash('sha256').update(new X509Certificate(answer.caPem).raw).digest('hex')
  expect(parseJoinToken(token)?.caFingerprint).toBe(ca)

  // Replayed as it was heard on the way, and with another key by somebody who has the token.
  await refusalOf(first)
  expect(await refusalOf(await newJoinRequest(token))).toContain('used')

  const again = await newJoinRequest(await newToken('h1'), { previousHostId: answer.hostId })
  const rejoined = joinAnswerSchema.parse(await (await join(again)).json())
  expect(rejoined.hostId).toBe(answer.hostId)
  expect(rejoined.certificatePem).not.toBe(answer.certificatePem)
  const certificates = await db().hostCertificate.findMany({ where: { hostId: answer.hostId } })
  expect(certificates.map((each) => each.revokedAt === null).sort()).toEqual([false, true])
})

test('of two that come with one token, one joins', async () => {
  const body = await newJoinRequest(await newToken('h2'))
  const statuses = (await Promise.all([join(body), join(body)])).map((response) => response.status)
  expect(statuses.toSorted()).toEqual([200, 403])
})

test('who does not know the token is refused, and who changes a word on the way', async () => {
  const token = await newToken('h3')
  const request = await newJoinRequest(token)
  await refusalOf(await newJoinRequest(token, { secret: 'x'.repeat(43) }))
  await refusalOf(await newJoinRequest(token, { tokenId: newUuid() }))
  const other = await newJoinRequest(await newToken('h3-other'))
  await refusalOf({ ...request, csrPem: other.csrPem })
  await refusalOf({ ...request, address: '10.6.6.6' })
  await refusalOf({ ...request, tokenId: other.tokenId })
  expect(await db().host.count({ where: { name: { startsWith: 'h3' } } })).toBe(0)
  expect((await join(request)).status).toBe(200)
})

test('what cannot be signed costs no token; what has expired or was revoked lets nobody in', async () => {
  const token = await newToken('h4')
  await refusalOf(await newJoinRequest(token, { csrPem: 'nonsense' }))
  expect(await db().host.count({ where: { name: 'h4' } })).toBe(0)
  await db().joinToken.updateMany({ where: { usedAt: null }, data: { expiresAt: new Date(0) } })
  expect(await refusalOf(await newJoinRequest(token))).toContain('expired')
  const revoked = await newToken('h4')
  await db().joinToken.delete({ where: { id: parseJoinToken(revoked)?.tokenId ?? '' } })
  await refusalOf(await newJoinRequest(revoked))
})

test('a computer with machines does not become another host, and two computers not one', async () => {
  const { hostId } = joinAnswerSchema.parse(await (await join(await newJoinRequest(await newToken('h5')))).json())
  const asOther = await newJoinRequest(await newToken('h6'), { previousHostId: hostId })
  expect(await refusalOf(asOther)).toContain('is host h5')
  await db().host.update({ where: { id: hostId }, data: { state: 'online' } })
  expect(await refusalOf(await newJoinRequest(await newToken('h5')))).toContain('is online')
  // The same computer may, although the panel has heard from it a moment ago.
  expect((await join(await newJoinRequest(await newToken('h5'), { previousHostId: hostId }))).status).toBe(200)
})

test('malformed requests are refused before anything is looked at', async () => {
  const request = await newJoinRequest(await newToken('h7'))
  const { proof: _, ...unproven } = request
  expect((await join(unproven)).status).toBe(400)
  // What agents of before sent: the token itself.
  expect((await join({ ...unproven, token: 'join_'.padEnd(48, 'x') })).status).toBe(400)
  expect((await join({ ...request, address: 'a b' })).status).toBe(400)
  expect((await join('x'.repeat(20_000))).status).toBe(400)
  expect((await panel.post('/api/join', '{}', { 'content-type': 'text/plain' })).status).toBe(400)
  expect((await panel.get('/api/join')).status).toBe(400)
  expect(await codeOf(await join(request))).toContain('certificatePem')
})

test('serves its own agent, whole and without tests, by the sum that the command names', async () => {
  const response = await panel.get('/api/join/agent.tgz')
  const bytes = Buffer.from(await response.arrayBuffer())
  const { sha256 } = await panel.world.process.bundle()
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256)
  expect(response.headers.get('etag')).toBe(`"${sha256}"`)
  // Each name stands before its mode.
  const names = [
    ...gunzipSync(bytes)
      .toString('latin1')
      .matchAll(/([\w./-]+)\0+0000(?:755|644)\0/g),
  ].map(([, name]) => name)
  for (const name of ['berth', 'pnpm-lock.yaml', 'apps/agent/src/main.ts', 'launcher/src/joining/agent-keeper.ts']) {
    expect(names).toContain(name)
  }
  expect(names.filter((name) => /\.test\.ts$|^(packages\/(api|ui)|apps\/web|prisma|e2e)\//.test(name ?? ''))).toEqual(
    [],
  )
  expect((await panel.post('/api/join/agent.tgz', '{}')).status).toBe(400)
})
