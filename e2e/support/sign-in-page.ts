import { expect, type Page } from '@playwright/test'
import type { BerthPlace } from './berth-place.ts'

/** Signs in as a person does; ends on the page that `path` leads to. */
export async function signIn(page: Page, { email, password }: BerthPlace, path = '/'): Promise<void> {
  await page.goto(path)
  await fillSignIn(page, { email, password })
  await expect(page.getByRole('navigation').first()).toBeVisible()
}

export async function fillSignIn(
  page: Page,
  { email, password }: Pick<BerthPlace, 'email' | 'password'>,
): Promise<void> {
  await page.getByLabel('Email').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}
