/** A running machine moves to another host while somebody watches it: dialog, flight deck, console, and a cancel. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Locator, Page } from '@playwright/test'
import { z } from 'zod'
import { openGuestSession } from './lab/guest-session.ts'
import type { Lab } from './lab/lab.ts'
import { expectAccessible } from './support/accessible.ts'
import { expect, test } from './support/berth-test.ts'
import { openLabBerth, type LabBerth } from './support/lab-berth.ts'
import { openLive } from './support/live-page.ts'
import { MachinePage } from './support/machine-page.ts'
import { doneSchema, type PanelClient } from './support/panel-client.ts'
import { signIn } from './support/sign-in-page.ts'
import { TestMachines } from './support/test-machines.ts'

const name = 'mover-1'
const hostsSchema = z.object({ items: z.array(z.object({ hostId: z.string(), name: z.string() })) })
const createdSchema = doneSchema.extend({ vmId: z.string() })
/** A second counter is served there. */
const countPort = 7_000
/** Of a whole move, on cores that others use as well. */
const movedMs = 60_000

/** On host-1, in a pool that both hosts see, and on the network between them. */
async function addMover({ panel, dataDir }: LabBerth): Promise<string> {
  const machines = new TestMachines(panel)
  const path = join(dataDir, 'shared')
  await mkdir(path, { mode: 0o711 })
  const { items } = await panel.query('host.list', {}, hostsSchema)
  const hostIds = items.map(({ hostId }) => hostId)
  await machines.succeeded(
    (await panel.mutate('pool.createShared', { name: 'shared', path, hostIds }, doneSchema)).operationId,
  )
  await panel.mutate('network.create', { name: 'between', kind: 'bridge', bridge: 'lan0' }, z.unknown())
  const wish = await machines.wishFor({ name, networkKind: 'bridge', memoryBytes: 192 * 2 ** 20 })
  const hostId = items.find((host) => host.name === 'host-1')?.hostId
  const { vmId, operationId } = await panel.mutate('vm.create', { ...wish, pool: 'shared', hostId }, createdSchema)
  await machines.succeeded(operationId)
  return vmId
}

async function askForMove(page: Page, target: string, capMiB: number): Promise<Locator> {
  await page.getByRole('button', { name: 'Migrate…' }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByRole('radio', { name: new RegExp(`^${target} Best`) })).toBeChecked()
  await dialog.getByText('Advanced').click()
  await dialog.getByLabel('Bandwidth cap').fill(String(capMiB))
  await dialog.getByRole('button', { name: `Move to ${target}` }).click()
  return dialog
}

/** Numbers of the counter that runs on the machine's serial line, as the page shows them. */
const countsOn = async (machine: MachinePage): Promise<number[]> =>
  [...(await machine.serialText()).matchAll(/^CNT (\d+) /gm)].map(([, count]) => Number(count))

async function expectCounting(machine: MachinePage): Promise<void> {
  const seen = (await countsOn(machine)).at(-1) ?? 0
  await expect.poll(async () => (await countsOn(machine)).at(-1), { timeout: 30_000 }).toBeGreaterThan(seen)
}

async function addressOf(panel: PanelClient, vmId: string): Promise<string> {
  const machines = new TestMachines(panel)
  const find = async (): Promise<string> =>
    (await machines.get(vmId)).addresses.find(({ ip }) => ip.includes('.') && !ip.startsWith('127.'))?.ip ?? ''
  await expect.poll(find, { message: 'the guest tells its address', timeout: 60_000 }).not.toBe('')
  return find()
}

const withoutGap = (counts: readonly number[]): number[] => counts.map((_count, index) => (counts[0] ?? 0) + index)

/** A duration that the report tells in such words, in ms. */
async function durationIn(report: Locator, words: RegExp): Promise<number> {
  await expect(report).toContainText(words, { timeout: 20_000 })
  const [, number, unit] = words.exec((await report.textContent()) ?? '') ?? []
  return Number(number) * (unit === 's' ? 1_000 : 1)
}

/** Processes of the machine on each host. */
const qemusOf = async (lab: Lab, vmId: string): Promise<number[]> =>
  Promise.all(lab.hosts.map(async (host) => (await host.qemus()).filter(({ argv }) => argv.includes(vmId)).length))

// Namespaces are root's.
if (process.getuid?.() === 0)
  test('a machine moves to another host: shown pass by pass, consoles and connections stay, and a cancel leaves it', async ({
    browser,
  }) => {
    await using berth = await openLabBerth(2)
    const vmId = await addMover(berth)
    const context = await browser.newContext({ baseURL: berth.url })
    const page = await context.newPage()
    await signIn(page, { ...berth, runDir: '', token: '', database: null })
    await openLive(page, `/machines/${vmId}`)
    const machine = new MachinePage(page, name)
    await machine.openConsole('Serial')
    await machine.logInOnSerial()
    // Half as fast as the cap lets it be sent, so that passes get smaller, and there are some to see.
    const serve = `counter 100 | nc -l -p ${countPort}`
    await machine.typeSerial(`dirty-memory 24 4 90 & (${serve}) & counter 200`)
    await machine.expectSerial(/^CNT 5 /m)
    const address = await addressOf(berth.panel, vmId)
    using session = openGuestSession(berth.lab, address, countPort)
    await expect.poll(() => session.counts.length, { message: 'numbers over TCP' }).toBeGreaterThan(5)
    await page.evaluate(() => Object.assign(window, { isSamePage: true }))
    const pings = berth.lab.ping(address)
    await pings.answered(10_000)

    await test.step('the deck shows its passes', async () => {
      const deck = await askForMove(page, 'host-2', 8)
      await expect(deck.getByRole('heading', { name: `Moving ${name} to host-2` })).toBeVisible()
      await expect(deck.getByRole('status').first()).toContainText(/^Pass \d/, { timeout: movedMs })
      await expect(page.getByText('Moving to host-2…')).toBeVisible()
      await deck.getByText('Passes in numbers').click()
      for (const pass of ['1', '2', '3'])
        await expect(deck.getByRole('rowheader', { name: pass, exact: true })).toBeVisible({ timeout: movedMs })
      await expectAccessible(page, 'the flight deck')
      await deck.getByRole('button', { name: 'Close' }).last().click()
    })

    await test.step('the console follows, and neither counter nor connection missed anything', async () => {
      await expect(page.getByRole('link', { name: 'host-2' })).toBeVisible({ timeout: movedMs })
      await expect(machine.link).toContainText('Connected')
      await expectCounting(machine)
      expect(await page.evaluate(() => 'isSamePage' in window)).toBe(true)
      const counts = await countsOn(machine)
      expect(counts).toEqual(withoutGap(counts))
      const before = session.counts.length
      await expect.poll(() => session.counts.length, { message: 'numbers after the move' }).toBeGreaterThan(before + 5)
      expect(session.counts).toEqual(withoutGap(session.counts))
      expect(session.ended).toBeUndefined()
    })

    await test.step('one QEMU has it, and its report is kept', async () => {
      await expect.poll(() => qemusOf(berth.lab, vmId)).toEqual([0, 1])
      await machine.openTab('Activity')
      await page.getByRole('button', { name: new RegExp(`^Move ${name} to host-2`) }).click()
      const report = page.getByRole('region', { name: 'Report' })
      await expect(report).toContainText(/Passes([3-9]|\d\d)/)
      const stoodMs = await durationIn(report, /Stood still([\d.]+) (ms|s)/)
      const silentMs = await durationIn(report, /On the network it was silent for at most ([\d.]+) (ms|s)\./)
      // Of the whole time, from another place of the guest network: a gap that has nothing to do with the switch may be longer. Both
      // ask from cores that are busy with two guests, and what they hear late counts as silence.
      const { longestGapMs } = await pings.stop()
      expect(silentMs).toBeLessThanOrEqual(longestGapMs + 300)
      expect(silentMs).toBeGreaterThanOrEqual(stoodMs / 2)
    })

    await test.step('a move that is cancelled leaves it where it is', async () => {
      await machine.openConsole('Serial')
      const deck = await askForMove(page, 'host-1', 1)
      await expect(deck.getByRole('status').first()).toContainText(/^Pass 1/, { timeout: movedMs })
      await deck.getByRole('button', { name: 'Cancel the move…' }).click()
      const question = page.getByRole('dialog', { name: /^Cancel “Move/ })
      await expect(question).toContainText(`${name} stays on host-2 and goes on there without a break.`)
      await question.getByRole('button', { name: 'Cancel task' }).click()
      await expect(deck.getByRole('heading', { name: `${name} was not moved` })).toBeVisible({ timeout: movedMs })
      await expect(deck.getByText(`${name} runs on host-2.`)).toBeVisible()
      await deck.getByRole('button', { name: 'Close' }).last().click()
      await expect.poll(() => qemusOf(berth.lab, vmId)).toEqual([0, 1])
      await expectCounting(machine)
    })
  })
