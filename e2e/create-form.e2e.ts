/** What the create form says to what cannot be: at the field, before anything is sent. */
import { expect, test } from './support/berth-test.ts'

test('a bad name is told at its field, and nothing can be sent', async ({ signedIn: page }) => {
  await page.goto('/machines/new')
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
  await page.goto('/machines/new')
  await page.getByRole('textbox', { name: 'Name' }).fill('taken-2')
  await page.getByRole('radio', { name: /Berth tiny Linux/ }).click()
  await page.getByRole('button', { name: 'Create and start' }).click()
  await expect(page.getByText(/taken|already/i).first()).toBeVisible()
  await expect(page).toHaveURL(/\/machines\/new$/)
})
