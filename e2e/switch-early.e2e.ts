/** A machine whose passes get no smaller goes to its new host ahead of its memory, as its policy says, while somebody watches. */
import { expect, test } from './support/berth-test.ts'
import { openLabBerth } from './support/lab-berth.ts'
import { LabMachines, sharedPool } from './support/lab-machines.ts'
import { openLive } from './support/live-page.ts'
import { MachinePage } from './support/machine-page.ts'
import { signIn } from './support/sign-in-page.ts'

const name = 'writer-1'
const movedMs = 90_000

// Namespaces are root's.
if (process.getuid?.() === 0)
  test('a machine that writes faster than it is sent goes ahead of its memory, by its policy', async ({ browser }) => {
    await using berth = await openLabBerth(2)
    const machines = await LabMachines.of(berth)
    const memoryBytes = 192 * 2 ** 20
    const vmId = await machines.create({ name, memoryBytes, hostId: machines.hostId('host-1'), pool: sharedPool })
    const context = await browser.newContext({ baseURL: berth.url })
    const page = await context.newPage()
    await signIn(page, { ...berth, runDir: '', token: '', database: null })
    await openLive(page, `/machines/${vmId}`)
    const machine = new MachinePage(page, name)
    await machine.openConsole('Serial')
    await machine.logInOnSerial()
    // Three times what the cap lets through, over more than fits into the longest pause.
    await machine.typeSerial('dirty-memory 24 24 120 & counter 200')
    await machine.expectSerial(/^CNT 5 /m)

    const dialog = page.getByRole('dialog')
    await test.step('the policy is chosen before the click', async () => {
      await page.getByRole('button', { name: 'Migrate…' }).click()
      await dialog.getByRole('radio', { name: /^Switch early/ }).click()
      await expect(dialog.getByText(/takes the machine’s memory with it/)).toBeVisible()
      await dialog.getByText('Advanced').click()
      await dialog.getByLabel('Bandwidth cap').fill('8')
      await dialog.getByRole('button', { name: 'Move to host-2' }).click()
    })

    await test.step('the deck tells each step of the policy, and that its memory follows', async () => {
      await expect(dialog.getByRole('heading', { name: `Moving ${name} to host-2` })).toBeVisible()
      await expect(dialog.getByRole('list', { name: 'Taken' })).toContainText('Switched over early', {
        timeout: movedMs,
      })
      await expect(dialog.getByRole('heading', { name: `${name} moved to host-2` })).toBeVisible({ timeout: movedMs })
      const report = dialog.getByRole('region', { name: 'Report' })
      await expect(report).toContainText(/Stood still\d+(\.\d)? m?s/)
      await dialog.getByRole('button', { name: 'Close' }).last().click()
    })

    await test.step('it runs there, and its counter has no gap', async () => {
      await expect(page.getByRole('link', { name: 'host-2' })).toBeVisible()
      await expect(machine.link).toContainText('Connected')
      const counts = async (): Promise<number[]> =>
        [...(await machine.serialText()).matchAll(/^CNT (\d+) /gm)].map(([, count]) => Number(count))
      const seen = (await counts()).at(-1) ?? 0
      await expect.poll(async () => (await counts()).at(-1), { timeout: 30_000 }).toBeGreaterThan(seen)
      const all = await counts()
      expect(all).toEqual(all.map((_count, index) => (all[0] ?? 0) + index))
      const qemus = await Promise.all(berth.lab.hosts.map(async (host) => (await host.qemus()).length))
      expect(qemus).toEqual([0, 1])
    })
  })
