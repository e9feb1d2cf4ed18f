import { X509Certificate } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createJoinToken } from '@berth/api/host/join-repo'
import { newHostKey } from '@berth/api/testing/host-key'
import { joinAnswerSchema } from '@berth/core/agent-contract/join'
import { codeOf, servePanel, type ServedPanel } from './testing/serve-test-panel.ts'

let panel: ServedPanel
beforeAll(async () => {
  panel = await servePanel()
})
afterAll(() => panel[Symbol.asyncDispose]())

const db = () => panel.world.process.panel.db
const newToken = (hostName: string) => createJoinToken(db(), { hostName, createdById: null })
const request = async (token: string) => ({
  token,
  csrPem: (await newHostKey('CN=panel')).csrPem,
  address: '127.0.0.1',
  port: 1,
  agentVersion: '0.1.0',
})
const join = (body: unknown) => panel.post('/api/join', body)

test('a host joins once with its token, and again keeps its id', async () => {
  const first = await request(await newToken('h1'))
  const answer = joinAnswerSchema.parse(await (await join(first)).json())
  expect(answer.hostName).toBe('h1')
  expect(new X509Certificate(answer.certificatePem).subject).toBe(`CN=host:${answer.hostId}`)
  const again = await join(first)
  expect([again.status, await codeOf(again)]).toEqual([403, 'JOIN_REFUSED'])
  const rejoined = joinAnswerSchema.parse(await (await join(await request(await newToken('h1')))).json())
  expect(rejoined.hostId).toBe(answer.hostId)
  expect(rejoined.certificatePem).not.toBe(answer.certificatePem)
})

test('of two that come with one token, one joins', async () => {
  const body = await request(await newToken('h2'))
  const statuses = (await Promise.all([join(body), join(body)])).map((response) => response.status)
  expect(statuses.toSorted()).toEqual([200, 403])
})

test('unknown, expired and malformed requests are refused, and cost nothing', async () => {
  expect(await codeOf(await join(await request(`join_${'x'.repeat(43)}`)))).toBe('JOIN_REFUSED')
  const token = await newToken('h3')
  const broken = await join({ ...(await request(token)), csrPem: 'nonsense' })
  expect(await codeOf(broken)).toBe('JOIN_REFUSED')
  expect(await db().host.count({ where: { name: 'h3' } })).toBe(0)
  await db().joinToken.updateMany({ where: { usedAt: null }, data: { expiresAt: new Date(0) } })
  expect(await codeOf(await join(await request(token)))).toBe('JOIN_REFUSED')
  expect((await join({ token })).status).toBe(400)
  expect((await join('x'.repeat(20_000))).status).toBe(400)
  expect((await panel.post('/api/join', '{}', { 'content-type': 'text/plain' })).status).toBe(400)
  expect((await panel.get('/api/join')).status).toBe(400)
})
