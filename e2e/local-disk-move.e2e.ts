/** A running machine whose disk only its host sees moves to another host with its disk, while somebody watches it. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { expectAccessible } from './support/accessible.ts'
import { expect, test } from './support/berth-test.ts'
import { openLabBerth, type LabBerth } from './support/lab-berth.ts'
import { openLive } from './support/live-page.ts'
import { MachinePage } from './support/machine-page.ts'
import { doneSchema } from './support/panel-client.ts'
import { signIn } from './support/sign-in-page.ts'
import { TestMachines } from './support/test-machines.ts'

const name = 'local-1'
const hostsSchema = z.object({ items: z.array(z.object({ hostId: z.string(), name: z.string() })) })
const createdSchema = doneSchema.extend({ vmId: z.string() })
const movedMs = 60_000

/** On host-1, its disk in that host's own pool. */
async function addLocal({ panel }: LabBerth): Promise<string> {
  const machines = new TestMachines(panel)
  const { items } = await panel.query('host.list', {}, hostsSchema)
  await panel.mutate('network.create', { name: 'between', kind: 'bridge', bridge: 'lan0' }, z.unknown())
  const wish = await machines.wishFor({ name, networkKind: 'bridge' })
  const hostId = items.find((host) => host.name === 'host-1')?.hostId
  const { vmId, operationId } = await panel.mutate('vm.create', { ...wish, hostId }, createdSchema)
  await machines.succeeded(operationId)
  return vmId
}

/** Numbers of the counter that runs on the machine's serial line, as the page shows them. */
const countsOn = async (machine: MachinePage): Promise<number[]> =>
  [...(await machine.serialText()).matchAll(/^CNT (\d+) /gm)].map(([, count]) => Number(count))

/** Folders that a machine has below a host's data, of whichever pool. */
const foldersOf = async (runDir: string, vmId: string): Promise<string[]> =>
  (await readdir(runDir, { recursive: true })).filter((path) => path.endsWith(join('volumes', vmId)))

// Namespaces are root's.
if (process.getuid?.() === 0)
  test('a machine takes its disk along to a host that does not see it, and goes on writing to it', async ({
    browser,
  }) => {
    await using berth = await openLabBerth(2)
    const vmId = await addLocal(berth)
    const context = await browser.newContext({ baseURL: berth.url })
    const page = await context.newPage()
    await signIn(page, { ...berth, runDir: '', token: '', database: null })
    await openLive(page, `/machines/${vmId}`)
    const machine = new MachinePage(page, name)
    await machine.openConsole('Serial')
    await machine.logInOnSerial()
    await machine.typeSerial('echo written-$((20+22)) > /data/kept; sync; write-disk 2 90 & counter 200')
    await machine.expectSerial(/^CNT 5 /m)
    const foldersOn = (host: string): Promise<string[]> => foldersOf(join(berth.dataDir, 'hosts', host), vmId)
    expect((await foldersOn('host-1')).length).toBe(1)

    await test.step('the dialog says which disk travels, and into which pool', async () => {
      await page.getByRole('button', { name: 'Migrate…' }).click()
      const dialog = page.getByRole('dialog')
      const disks = dialog.getByRole('region', { name: 'Disks' })
      await expect(disks.getByRole('combobox', { name: 'Disk 1 travels into pool' })).toContainText('default')
      await expect(disks).toContainText(/Takes about [\d.]+ [KM]iB of [\d.]+ GiB free there/)
      await expectAccessible(page, 'the dialog of a move')
      await dialog.getByText('Advanced').click()
      await dialog.getByLabel('Bandwidth cap').fill('16')
      await dialog.getByRole('button', { name: 'Move to host-2' }).click()
    })

    await test.step('the deck shows its bytes before those of the memory', async () => {
      const deck = page.getByRole('dialog')
      await expect(deck.getByRole('progressbar', { name: 'Disk 1' })).toBeVisible({ timeout: movedMs })
      await expect(deck.getByRole('region', { name: 'Disks' })).toContainText(/[\d.]+ [KMG]iB of [\d.]+ [MG]iB/)
      await expect(deck.getByRole('heading', { name: `${name} moved to host-2` })).toBeVisible({ timeout: movedMs })
      await deck.getByRole('button', { name: 'Close' }).last().click()
    })

    await test.step('it runs there without a gap, and its disk is only there', async () => {
      await expect(machine.link).toContainText('Connected')
      const seen = (await countsOn(machine)).at(-1) ?? 0
      await expect.poll(async () => (await countsOn(machine)).at(-1), { timeout: 30_000 }).toBeGreaterThan(seen)
      const counts = await countsOn(machine)
      expect(counts).toEqual(counts.map((_count, index) => (counts[0] ?? 0) + index))
      await expect.poll(() => foldersOn('host-1'), { timeout: 30_000 }).toEqual([])
      expect((await foldersOn('host-2')).length).toBe(1)
    })

    await test.step('what was written before is there, also after a start from that disk', async () => {
      const machines = new TestMachines(berth.panel)
      await machines.command(vmId, 'stop')
      await machines.command(vmId, 'start')
      await expect(machine.link).toContainText('Connected', { timeout: 30_000 })
      await machine.logInOnSerial()
      await machine.typeSerial('cat /data/kept')
      await machine.expectSerial(/^written-42/m)
    })

    await test.step('off, it goes back with its disk', async () => {
      await new TestMachines(berth.panel).command(vmId, 'stop')
      await page.getByRole('button', { name: 'Migrate…' }).click()
      const dialog = page.getByRole('dialog')
      await dialog.getByRole('button', { name: 'Move to host-1' }).click()
      await expect(dialog.getByRole('heading', { name: `${name} moved to host-1` })).toBeVisible({ timeout: movedMs })
      await expect(dialog.getByRole('region', { name: 'Report' })).toContainText(/Copied[\d.]+ [MG]iB/)
      await expect.poll(() => foldersOn('host-2'), { timeout: 30_000 }).toEqual([])
      expect((await foldersOn('host-1')).length).toBe(1)
    })
  })
