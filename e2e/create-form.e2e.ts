/** What the create form says to what cannot be: at the field, before anything is sent. */
import { expect, test } from './support/berth-test.ts'
import { openLive } from './support/live-page.ts'

test('a bad name is told at its field, and nothing can be sent', async ({ signedIn: page }) => {
  await openLive(page, '/machines/new')
  const name = page.getByRole('textbox', { name: 'Name' })
  for (const bad of ['not a host name', '-begins-with-hyphen', 'a,file=/etc/shadow']) {
    await name.fill(bad)
    await name.blur()
    await expect(name).toHaveAccessibleDescription(/letters|name|host/i)
    await expect(page.getByRole('button', { name: /^Create/ }).last()).toBeDisabled()
  }
  await name.fill('good-name')
  await expect(page.getByRole('button', { name: /^Create/ }).last()).toBeEnabled()
})

test('a taken name is refused by the panel and told at its field', async ({ signedIn: page, machines }) => {
  await machines.create({ name: 'taken-2', start: false })
  await openLive(page, '/machines/new')
  await page.getByRole('textbox', { name: 'Name' }).fill('taken-2')
  await page.getByRole('radio', { name: /Berth tiny Linux/ }).click()
  await page.getByRole('button', { name: 'Create and start' }).click()
  await expect(page.getByText(/taken|already/i).first()).toBeVisible()
  await expect(page).toHaveURL(/\/machines\/new$/)
})

test('several machines are asked for at once, and one that is refused loses none of the others', async ({
  signedIn: page,
  machines,
}) => {
  const takenId = await machines.create({ name: 'fleet-2', start: false })
  await openLive(page, '/machines/new')
  await page.getByRole('radio', { name: /Berth tiny Linux/ }).click()
  await page.getByRole('radio', { name: 'Advanced' }).click()
  await page.getByRole('switch', { name: 'Start it now' }).click()
  await page.getByRole('textbox', { name: 'Name' }).fill('fleet')
  await page.getByRole('textbox', { name: 'Count' }).fill('3')
  await expect(page.getByText('fleet-1 … fleet-3').first()).toBeVisible()
  await page.getByRole('button', { name: 'Create 3 machines' }).click()

  const results = page.getByRole('list', { name: 'What became of each' })
  await expect(results.getByRole('listitem').filter({ hasText: 'fleet-2' })).toContainText(/Refused.*already named/)
  await expect(results.getByRole('link')).toHaveText(['fleet-1', 'fleet-3'])
  const made = await Promise.all(['fleet-1', 'fleet-3'].map((name) => machines.find(name)))
  expect(new Set(made.map((vm) => vm.vmId)).size).toBe(2)
  // What was typed is still there, and asks for what is missing alone.
  await expect(page.getByRole('textbox', { name: 'Name' })).toHaveValue('fleet')
  await machines.delete(takenId)
  await page.getByRole('button', { name: 'Create the other one' }).click()
  await expect(page).toHaveURL(/\/machines(\?|$)/)
  const again = await Promise.all(['fleet-1', 'fleet-2', 'fleet-3'].map((name) => machines.find(name)))
  expect(again.filter((vm) => made.some(({ vmId }) => vmId === vm.vmId))).toHaveLength(2)
  for (const { vmId } of again) await machines.stateIs(vmId, 'stopped')
})
