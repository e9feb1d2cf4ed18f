/** The agent's side of a join, against a panel on a real socket, and against those who stand between. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { formatJoinToken, parseJoinToken, type JoinAnswer } from '@berth/core/agent-contract/join'
import { hostIdSchema, newUuid } from '@berth/core/ids/ids'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createTestCa } from '../testing/test-ca.ts'
import { openTestPanel } from '../testing/test-panel.ts'
import { loadIdentity } from './host-identity.ts'
import { joinPanel } from './join-panel.ts'

let dataDir: string
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'berth-join-'))
})
afterEach(() => rm(dataDir, { recursive: true, force: true }))

const logger = pino({ level: 'silent' })

async function joinWith(panelUrl: string, token: string, signal = AbortSignal.timeout(20_000)) {
  const joinTokenFile = join(dataDir, 'token')
  await writeFile(joinTokenFile, token)
  const options = { dataDir, panelUrl, joinTokenFile, address: undefined, port: 7_443, agentVersion: '0.1.0' }
  return joinPanel({ ...options, logger, signal })
}

it('joins by the address by which it reaches the panel, once, and never sends its token', async () => {
  await using panel = await openTestPanel()
  const identity = await joinWith(panel.url, panel.token)
  expect(identity.hostId).toBe(panel.hostId())
  expect(panel.lastRequest()).toContain('"address":"127.0.0.1"')
  expect(panel.lastRequest()).not.toContain(parseJoinToken(panel.token)?.secret)
  // The same command again is no second join.
  expect(await joinWith(panel.url, panel.token)).toEqual(identity)
  expect(panel.joinCount()).toBe(1)
})

const changed: [string, (answer: JoinAnswer, foreignCa: string) => unknown][] = [
  ['another CA', (answer, caPem) => ({ ...answer, caPem })],
  ['another host', (answer) => ({ ...answer, hostId: hostIdSchema.parse(newUuid()) })],
  ['another name', (answer) => ({ ...answer, hostName: 'mine' })],
  ['no certificate', (answer) => ({ ...answer, certificatePem: '' })],
  ['no proof', (answer) => ({ ...answer, proof: 'x'.repeat(43) })],
  ['no answer of ours', () => 'hello'],
]
it.each(changed)('believes no answer that was changed on its way: %s', async (_what, change) => {
  const foreignCa = (await createTestCa()).caPem
  await using panel = await openTestPanel((answer) => change(answer, foreignCa))
  await expect(joinWith(panel.url, panel.token)).rejects.toMatchObject({ code: 'JOIN_REFUSED' })
  expect(await loadIdentity(dataDir)).toBeUndefined()
})

it('believes no panel but the one of the fingerprint, even if it knows the secret', async () => {
  await using panel = await openTestPanel()
  const token = parseJoinToken(panel.token)
  if (token === null) throw new Error('no token')
  const other = formatJoinToken({ ...token, caFingerprint: 'a'.repeat(64) })
  await expect(joinWith(panel.url, other)).rejects.toMatchObject({
    code: 'JOIN_REFUSED',
    message: expect.stringContaining('CA') as unknown,
  })
})

it('says what is wrong with a token, and whose host this is already', async () => {
  await using panel = await openTestPanel()
  await expect(joinWith(panel.url, panel.token.slice(0, -5))).rejects.toThrow('not whole')
  const token = parseJoinToken(panel.token)
  if (token === null) throw new Error('no token')
  const wrong = formatJoinToken({ ...token, secret: 'w'.repeat(43) })
  await expect(joinWith(panel.url, wrong)).rejects.toThrow('The panel says: unknown token')
  await joinWith(panel.url, panel.token)
  await using foreign = await openTestPanel()
  await expect(joinWith(foreign.url, foreign.token)).rejects.toThrow('of another installation')
  expect(foreign.joinCount()).toBe(0)
})

it('gives up with the reason when nobody answers in time', async () => {
  await using panel = await openTestPanel()
  const { url, token } = panel
  await panel[Symbol.asyncDispose]()
  await expect(joinWith(url, token, AbortSignal.timeout(300))).rejects.toMatchObject({
    code: 'HOST_UNREACHABLE',
    message: expect.stringContaining('Nothing answers') as unknown,
  })
})
