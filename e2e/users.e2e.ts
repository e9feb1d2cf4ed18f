/** A second person: made by the administrator, signs in, makes a machine of his own, sees nothing of others, is shut out. */
import type { Page } from '@playwright/test'
import { z } from 'zod'
import { expect, test } from './support/berth-test.ts'
import { openLive } from './support/live-page.ts'
import { MachinePage } from './support/machine-page.ts'
import { PanelClient } from './support/panel-client.ts'
import { openTicket } from './support/serial-viewer.ts'
import { fillSignIn } from './support/sign-in-page.ts'
import { askUpgrade } from './support/upgrade-answer.ts'

test.setTimeout(400_000)

const ownPassword = 'a password of my own'
const refusedTicket = { status: 403, code: 'TICKET_INVALID' }

/** Adds a user by hand and reads the login that is shown once. */
async function addUser(page: Page, email: string): Promise<string> {
  await openLive(page, '/settings/users')
  await page.getByRole('button', { name: 'Add user' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill('Nora New')
  await dialog.getByLabel('Email').fill(email)
  await dialog.getByRole('button', { name: 'Add user' }).click()
  const login = await dialog.getByText(/^password: /m).innerText()
  await dialog.getByRole('button', { name: 'Done' }).click()
  return /^password: (\S+)$/m.exec(login)?.[1] ?? ''
}

async function clientOf(page: Page, url: string): Promise<PanelClient> {
  const cookies = await page.context().cookies(url)
  return new PanelClient(url, { cookie: cookies.map(({ name, value }) => `${name}=${value}`).join('; '), origin: url })
}

async function cookieOf(page: Page, url: string): Promise<string> {
  const cookies = await page.context().cookies(url)
  return cookies.map(({ name, value }) => `${name}=${value}`).join('; ')
}

test('a second user', async ({ signedIn: admin, browser, berth, machines, panel }) => {
  const email = `nora-${Date.now()}@example.test`
  const adminsVm = await machines.create({ name: 'users-admins' })
  const password = await test.step('the administrator adds a user', () => addUser(admin, email))
  const row = admin.getByRole('row', { name: new RegExp(email) })
  await expect(row).toContainText('Password given')

  await using stack = new AsyncDisposableStack()
  const context = await browser.newContext({ baseURL: berth.url })
  stack.defer(() => context.close())
  const user = await context.newPage()
  const refusals: string[] = []
  user.on('response', (response) => {
    if (response.status() >= 400) refusals.push(`${response.status()} ${response.url()}`)
  })

  await test.step('the user chooses a password of his own before anything else', async () => {
    await user.goto('/machines')
    await fillSignIn(user, { email, password })
    await expect(user.getByRole('heading', { name: 'Choose a password' })).toBeVisible()
    await user.goto('/machines')
    await expect(user).toHaveURL(/\/sign-in\/new-password\?next=%2Fmachines$/)
    await user.getByLabel('Password you were given').fill(password)
    await user.getByLabel('New password', { exact: true }).fill(ownPassword)
    await user.getByLabel('New password again').fill(ownPassword)
    await user.getByRole('button', { name: 'Save and continue' }).click()
    await expect(user.getByRole('heading', { name: 'Machines', level: 1 })).toBeVisible()
    await expect(user.getByText('users-admins')).toHaveCount(0)
  })

  const machine = new MachinePage(user, 'users-own')
  const ownVm = await test.step('he makes a machine, and sees only this one', async () => {
    await openLive(user, '/machines/new')
    await user.getByRole('textbox', { name: 'Name' }).fill(machine.name)
    await user.getByRole('radio', { name: /Berth tiny Linux/ }).click()
    await user.getByRole('radio', { name: /Nano/ }).click()
    await user.getByRole('button', { name: 'Create and start' }).click()
    await expect(user.getByRole('heading', { name: machine.name, level: 1 })).toBeVisible()
    const { vmId } = await machines.find(machine.name)
    await machine.expectState('Running')
    for (const tab of ['Console', 'Hardware', 'Metrics', 'Activity', 'Overview']) {
      await machine.openTab(tab)
      await expect(user).toHaveURL(tab === 'Overview' ? /\/machines\/[^/]+$/ : new RegExp(`/${tab.toLowerCase()}$`))
      await expect(user.locator('[aria-busy="true"]')).toHaveCount(0)
    }
    for (const path of ['/', '/machines', '/tasks', '/images', '/settings/audit']) {
      await user.goto(path)
      await expect(user.getByRole('heading', { level: 1 })).toBeVisible()
      await expect(user.locator('[aria-busy="true"]')).toHaveCount(0)
      await expect(user.getByText('users-admins')).toHaveCount(0)
      await expect(user.getByRole('main').getByRole('alert')).toHaveCount(0)
      await expect(user.getByRole('link', { name: 'Hosts' })).toHaveCount(0)
    }
    expect(refusals).toEqual([])
    return vmId
  })

  await test.step('a machine of somebody else is not there', async () => {
    const own = await clientOf(user, berth.url)
    expect(await own.codeOf(own.query('vm.get', { vmId: adminsVm }, z.unknown()))).toBe('VM_NOT_FOUND')
    expect(await own.codeOf(openTicket(own, adminsVm, 'serial'))).toBe('VM_NOT_FOUND')
    const answer = await user.goto(`/machines/${adminsVm}`)
    expect(answer?.status()).toBe(404)
    await expect(user.getByText('users-admins')).toHaveCount(0)
  })

  await test.step('a console ticket is refused to everybody but the one who asked for it', async () => {
    const spend = (path: string, cookie: string) => askUpgrade(`${berth.url}${path}`, { cookie, origin: berth.url })
    const [own, foreign] = [await cookieOf(user, berth.url), await cookieOf(admin, berth.url)]
    const adminsTicket = await openTicket(await clientOf(admin, berth.url), adminsVm, 'serial')
    expect(await spend(adminsTicket.path, own)).toEqual(refusedTicket)
    const usersTicket = await openTicket(await clientOf(user, berth.url), ownVm, 'serial')
    expect(await spend(usersTicket.path, foreign)).toEqual(refusedTicket)
    const again = await openTicket(await clientOf(user, berth.url), ownVm, 'serial')
    expect(await spend(again.path, own)).toEqual({ status: 101, code: null })
  })

  await test.step('while he holds the screen, the keys of others are refused by the API too', async () => {
    for (const page of [user, admin]) await page.goto(`/console/${ownVm}/screen`)
    await user.getByRole('button', { name: '2 viewers' }).click()
    await user.getByRole('button', { name: 'Take over' }).click()
    await expect(admin.getByText(/has taken over/).first()).toBeVisible()
    const press = (client: PanelClient) =>
      client.codeOf(client.mutate('vm.sendKeys', { vmId: ownVm, keys: ['a'] }, z.unknown()))
    expect(await press(panel)).toBe('CONSOLE_HELD')
    expect(await press(await clientOf(user, berth.url))).toBe('accepted')
    await user.goto('/machines')
    await expect.poll(() => press(panel)).toBe('accepted')
  })

  await test.step('the administrator disables him: his page goes to the sign-in, his machine runs on', async () => {
    await user.goto(`/machines/${ownVm}`)
    await machine.expectState('Running')
    await admin.goto('/settings/users')
    await expect(row.getByRole('link', { name: /^Machines of/ })).toHaveText('1')
    await row.getByRole('button', { name: /^Actions on/ }).click()
    await admin.getByRole('menuitem', { name: 'Disable…' }).click()
    await admin.getByRole('button', { name: 'Disable user' }).click()
    await expect(row).toContainText('Disabled')
    await expect(user).toHaveURL(/\/sign-in\?next=/, { timeout: 10_000 })
    await fillSignIn(user, { email, password: ownPassword })
    await expect(user.getByText('This account is disabled')).toBeVisible()
    expect((await machines.get(ownVm)).state).toBe('running')
  })

  await test.step('nobody takes the last administrator away', async () => {
    const { items } = await panel.query(
      'user.list',
      { filter: { role: 'admin', isDisabled: false } },
      z.object({ items: z.array(z.object({ userId: z.string(), email: z.string() })) }),
    )
    expect(items.map((item) => item.email)).toEqual([berth.email])
    const { userId } = items[0] ?? { userId: '' }
    expect(await panel.codeOf(panel.mutate('user.disable', { userId }, z.unknown()))).toBe('LAST_ADMIN')
    await admin
      .getByRole('row', { name: new RegExp(berth.email) })
      .getByRole('button', { name: /^Actions on/ })
      .click()
    await expect(admin.getByRole('menuitem', { name: /Disable…/ })).toHaveAttribute('aria-disabled', 'true')
  })
})
