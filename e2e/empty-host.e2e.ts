/** A host is emptied for maintenance while somebody watches: the plan, the moves, what stays and why, and the way back. */
import { expectAccessible } from './support/accessible.ts'
import { expect, test } from './support/berth-test.ts'
import { openLabBerth } from './support/lab-berth.ts'
import { LabMachines, sharedPool } from './support/lab-machines.ts'
import { openLive } from './support/live-page.ts'
import { signIn } from './support/sign-in-page.ts'
import { TestMachines } from './support/test-machines.ts'

const emptiedMs = 120_000

// Namespaces are root's.
if (process.getuid?.() === 0)
  test('a host is emptied by a plan, takes nothing new, and comes back with one click', async ({ browser }) => {
    await using berth = await openLabBerth(3)
    const lab = await LabMachines.of(berth)
    const hostId = lab.hostId('host-1')
    const vmIds = [
      await lab.create({ name: 'web-1', hostId, pool: sharedPool }),
      await lab.create({ name: 'web-2', hostId, pool: sharedPool }),
      // With its own disk, which is copied.
      await lab.create({ name: 'own-disk', hostId }),
      await lab.create({ name: 'is-off', hostId, pool: sharedPool, start: false }),
      await lab.create({ name: 'to-stop', hostId, pool: sharedPool }),
    ]
    const context = await browser.newContext({ baseURL: berth.url })
    const page = await context.newPage()
    await signIn(page, { ...berth, runDir: '', token: '', database: null })

    await test.step('the plan comes first: who goes where, and each host before and after', async () => {
      await openLive(page, `/hosts/${hostId}`)
      await page.getByRole('link', { name: 'Enter maintenance…' }).click()
      const plan = page.getByRole('list', { name: 'Plan by machine' })
      await expect(plan.getByRole('listitem')).toHaveCount(5)
      for (const name of ['web-1', 'web-2', 'own-disk', 'is-off'])
        await expect(plan.getByRole('listitem').filter({ hasText: name })).toContainText(/host-[23]/)
      await expect(plan.getByRole('listitem').filter({ hasText: 'own-disk' })).toContainText('Its disks are copied')
      const after = page.getByRole('list', { name: 'Hosts before and after' })
      await expect(after.getByRole('listitem').filter({ hasText: 'host-1' })).toContainText('5 machines leave')
      await page.getByRole('combobox', { name: 'What becomes of to-stop' }).click()
      await page.getByRole('option', { name: 'Shut down, start again after' }).click()
      await expect(page.getByText('4 machines move, 1 is shut down.')).toBeVisible()
      await expectAccessible(page, 'the plan of a maintenance')
    })

    await test.step('it begins with the button, and ends with nothing on the host', async () => {
      await page.getByRole('button', { name: 'Begin' }).click()
      await expect(page.getByRole('progressbar', { name: 'Machines dealt with' })).toBeVisible()
      await context.setOffline(true)
      await page.getByRole('button', { name: 'Pause' }).click()
      await expect(page.getByText('The panel did not answer.')).toBeVisible()
      await context.setOffline(false)
      await expect(page.getByText('4 moved, 1 shut down.')).toBeVisible({ timeout: emptiedMs })
      await expectAccessible(page, 'the end of a maintenance')
      const [first, second, third] = berth.lab.hosts
      expect(await first?.qemus()).toEqual([])
      const there = [...((await second?.qemus()) ?? []), ...((await third?.qemus()) ?? [])]
      expect(there).toHaveLength(3)
      const machines = new TestMachines(berth.panel)
      const states = await Promise.all(vmIds.map(async (vmId) => (await machines.get(vmId)).state))
      expect(states).toEqual(['running', 'running', 'running', 'stopped', 'stopped'])
    })

    await test.step('it takes nothing new', async () => {
      const refused = lab.create({ name: 'too-late', hostId })
      await expect(refused).rejects.toThrow(/maintenance/i)
    })

    await test.step('it comes back with one click, and starts what was shut down for it', async () => {
      await page.getByRole('button', { name: 'End maintenance, start 1' }).click()
      await expect.poll(async () => (await berth.lab.hosts[0]?.qemus())?.length, { timeout: 60_000 }).toBe(1)
      await openLive(page, `/hosts/${hostId}`)
      await expect(page.getByRole('link', { name: 'Enter maintenance…' })).toBeVisible()
    })
  })
