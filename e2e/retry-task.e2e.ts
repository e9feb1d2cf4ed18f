/** A task that failed is tried again from its page, as a new one; both name each other. */
import { join } from 'node:path'
import { holdDisk, temporaryDir } from './support/broken-images.ts'
import { expect, test } from './support/berth-test.ts'
import { doneSchema } from './support/panel-client.ts'

test('a start that failed is tried again once its reason is gone', async ({
  signedIn: page,
  panel,
  machines,
  berth,
}) => {
  const vmId = await machines.create({ name: 'tried-again', start: false })
  const { spec } = await machines.get(vmId)
  const disk = join(berth.dataDir, 'hosts/host-1/pools/default/volumes', vmId, `${spec.disks[0]?.volumeId}.qcow2`)
  await using dir = await temporaryDir()
  const hold = await holdDisk(disk, dir.path)
  const { operationId } = await panel.mutate('vm.start', { vmId }, doneSchema)
  expect(await machines.ended(operationId)).toMatchObject({ status: 'failed', retriedById: null })

  await page.goto('/tasks?show=failed')
  await page.getByRole('listitem').filter({ hasText: 'Start tried-again' }).first().getByRole('button').first().click()
  await page.getByRole('link', { name: 'Task page' }).click()
  await expect(page.getByRole('heading', { name: 'Start tried-again' })).toBeVisible()
  await expect(page.getByRole('alert').first()).toContainText('QEMU_START_FAILED')
  await page.getByText('Log', { exact: true }).click()
  const log = page.getByRole('list', { name: 'Log of Start tried-again' }).getByRole('listitem')
  await expect(log.first()).toContainText('Asked for by')
  await expect(log.filter({ hasText: /failed: .*QEMU_START_FAILED/ })).not.toHaveCount(0)
  await expect(log.last()).toContainText('Ended: failed')
  await hold[Symbol.asyncDispose]()
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(page).not.toHaveURL(new RegExp(operationId))
  await expect(page.getByRole('main').getByText('Done', { exact: true }).first()).toBeVisible({ timeout: 60_000 })
  expect((await machines.get(vmId)).state).toBe('running')

  await page.getByRole('link', { name: 'First try' }).click()
  await expect(page).toHaveURL(new RegExp(operationId))
  await expect(page.getByRole('link', { name: 'Newer try' })).toBeVisible()
  const refused = page.getByRole('button', { name: 'Try again' })
  await expect(refused).toBeDisabled()
})
