/** Opens pages as somebody does who types no sooner than the page listens: what is typed before that is lost. */
import type { Page } from '@playwright/test'
import { expect } from './berth-test.ts'

/** The server never says "Live", so that the page's own code runs when it is there. */
const isLive = (page: Page): Promise<void> =>
  expect(page.getByRole('status', { name: 'Live', exact: true })).toBeVisible()

export async function openLive(page: Page, path: string): Promise<void> {
  await page.goto(path)
  await isLive(page)
}

export async function reloadLive(page: Page): Promise<void> {
  await page.reload()
  await isLive(page)
}
