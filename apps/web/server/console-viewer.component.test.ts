/** Who a console's viewer is: told to the agent, kept over reconnects, recorded once. */
import { once } from 'node:events'
import { seatFromHeader, type ConsoleSeat } from '@berth/core/console/console-viewer'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { serveEchoAgent, upgradeText, type EchoAgent } from './testing/echo-agent.ts'
import { servePanel, type ServedPanel } from './testing/serve-test-panel.ts'

let panel: ServedPanel
let agent: EchoAgent
beforeAll(async () => {
  panel = await servePanel()
  agent = await serveEchoAgent(panel)
})
afterAll(async () => {
  await panel[Symbol.asyncDispose]()
  agent[Symbol.dispose]()
})

interface Sent {
  headers: Record<string, string>
  seat?: string
}

async function openTicket({ headers, seat }: Sent): Promise<string> {
  const response = await panel.post('/api/trpc/console.open', { vmId: agent.vmId, kind: 'screen', seat }, headers)
  const answer = (await response.json()) as { result: { data: { path: string } } }
  return answer.result.data.path
}

/** What the agent is told of who connects. */
async function seatOf(sent: Sent): Promise<ConsoleSeat | undefined> {
  const path = await openTicket(sent)
  const socket = await panel.dial()
  socket.write(upgradeText(panel.port, path, { ...sent.headers, 'berth-console-seat': 'forged' }))
  expect(String((await once(socket, 'data'))[0])).toMatch(/^HTTP\/1\.1 101 /)
  socket.destroy()
  return seatFromHeader(/^berth-console-seat: (.+)\r$/m.exec(agent.handshakes.at(-1) ?? '')?.[1])
}

const own = async (name: 'root' | 'ada') => ({ cookie: await panel.signIn(name), origin: panel.origin })
const records = () =>
  panel.world.process.panel.db.audit.findMany({
    where: { procedure: 'console.open', targetId: agent.vmId },
    orderBy: { id: 'asc' },
  })

test('the agent is told who watches: the same seat for the same console, another for another sign-in', async () => {
  const headers = await own('ada')
  const seat = 'a'.repeat(32)
  const first = await seatOf({ headers, seat })
  expect(first).toMatchObject({ name: 'ada', userId: panel.world.ada.userId })
  expect(await seatOf({ headers, seat })).toEqual(first)
  expect((await seatOf({ headers, seat: 'b'.repeat(32) }))?.seatId).not.toBe(first?.seatId)
  expect((await seatOf({ headers }))?.seatId).not.toBe((await seatOf({ headers }))?.seatId)
  const other = await seatOf({ headers: await own('root'), seat })
  expect(other).toMatchObject({ name: 'root' })
  expect(other?.seatId).not.toBe(first?.seatId)
})

test('a token is named with its user', async () => {
  const made = await panel.post('/api/trpc/token.create', { name: 'ci' }, await own('ada'))
  const { token } = ((await made.json()) as { result: { data: { token: string } } }).result.data
  expect(await seatOf({ headers: { authorization: `Bearer ${token}` } })).toMatchObject({ name: 'ada (token ci)' })
})

test('a console that reconnects is recorded once, another console and another end by themselves', async () => {
  const headers = await own('ada')
  const before = (await records()).length
  const added = async () => (await records()).length - before
  const seat = 'c'.repeat(32)
  await openTicket({ headers, seat })
  await openTicket({ headers, seat })
  expect(await added()).toBe(1)
  await openTicket({ headers, seat: 'd'.repeat(32) })
  expect(await added()).toBe(2)
  await openTicket({ headers })
  await openTicket({ headers })
  expect(await added()).toBe(4)
  await panel.world.process.panel.db.vm.update({ where: { id: agent.vmId }, data: { hostId: null } })
  const refused = await panel.post('/api/trpc/console.open', { vmId: agent.vmId, kind: 'serial', seat }, headers)
  expect(refused.ok).toBe(false)
  expect((await records()).at(-1)).toMatchObject({ outcome: 'denied', details: { seat, kind: 'serial' } })
  await panel.post('/api/trpc/console.open', { vmId: agent.vmId, kind: 'serial', seat }, headers)
  expect(await added()).toBe(5)
})
