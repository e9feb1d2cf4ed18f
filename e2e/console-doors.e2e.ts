/** Who gets a console, and who does not: tickets, origins, sessions. Nobody who is refused leaves a trace in the guest. */
import { z } from 'zod'
import { connect } from './checker/panel-rows.ts'
import { expect, test } from './support/berth-test.ts'
import { sessionCookie, signOut } from './support/browser-session.ts'
import { PanelClient } from './support/panel-client.ts'
import { openTicket } from './support/serial-viewer.ts'
import { askUpgrade } from './support/upgrade-answer.ts'

const refused = { status: 403, code: 'TICKET_INVALID' }
const opened = { status: 101, code: null }

test('a ticket opens one console, once, in time, for its own user, from its own page', async ({
  berth,
  panel,
  machines,
}) => {
  const vmId = await machines.create({ name: 'doors-1' })
  const spend = (path: string, headers: Record<string, string> = {}) => askUpgrade(`${berth.url}${path}`, headers)

  await test.step('reused', async () => {
    const { path } = await openTicket(panel, vmId, 'serial')
    expect(await spend(path)).toEqual(opened)
    expect(await spend(path)).toEqual(refused)
  })

  await test.step('expired', async () => {
    const { path } = await openTicket(panel, vmId, 'serial')
    const rows = await connect(berth.dataDir)
    await rows.query(`UPDATE console_ticket SET expires_at = now() - interval '1 second'`)
    await rows.end()
    expect(await spend(path)).toEqual(refused)
  })

  await test.step('made up', async () => {
    expect(await spend(`/ws/console/${'A'.repeat(43)}`)).toEqual(refused)
  })

  await test.step('of a session, without that session or from another site', async () => {
    const cookie = await sessionCookie(berth)
    const browser = new PanelClient(berth.url, { cookie, origin: berth.url })
    const ticket = async () => (await openTicket(browser, vmId, 'serial')).path
    expect(await spend(await ticket(), { origin: berth.url })).toEqual(refused)
    expect(await spend(await ticket(), { origin: 'https://evil.example', cookie })).toEqual({
      status: 403,
      code: 'ORIGIN_FORBIDDEN',
    })
    expect(await spend(await ticket(), { origin: berth.url, cookie })).toEqual(opened)
    const last = await ticket()
    await signOut(berth, cookie)
    expect(await spend(last, { origin: berth.url, cookie })).toEqual(refused)
  })
})

test('changes from another site, and calls of nobody, are refused', async ({ berth, machines }) => {
  const wish = await machines.wishFor({ name: 'nobody-1' })
  const nobody = new PanelClient(berth.url, {})
  const origin = 'https://evil.example'
  const foreign = new PanelClient(berth.url, { cookie: await sessionCookie(berth), origin })
  const create = (client: PanelClient) => client.codeOf(client.mutate('vm.create', wish, z.unknown()))
  expect(await create(nobody)).toBe('SESSION_REQUIRED')
  expect(await create(foreign)).toBe('ORIGIN_FORBIDDEN')
})
