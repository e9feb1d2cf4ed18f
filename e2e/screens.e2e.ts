/** Every main screen in both themes and at a phone's width: it shows, axe finds nothing serious, nothing runs over. */
import { mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { z } from 'zod'
import { seriousViolations } from './support/accessible.ts'
import { repoRoot, resultsDir } from './support/berth-place.ts'
import { expect, test } from './support/berth-test.ts'
import { fillSignIn } from './support/sign-in-page.ts'

const screens: readonly [name: string, path: (vmId: string) => string, heading: RegExp][] = [
  ['dashboard', () => '/', /Dashboard/],
  ['machines', () => '/machines', /Machines/],
  ['create', () => '/machines/new', /machine/i],
  ['machine', (vmId) => `/machines/${vmId}`, /shown-1/],
  ['hardware', (vmId) => `/machines/${vmId}/hardware`, /shown-1/],
  ['metrics', (vmId) => `/machines/${vmId}/metrics`, /shown-1/],
  ['activity', (vmId) => `/machines/${vmId}/activity`, /shown-1/],
  ['images', () => '/images', /Images/],
  ['hosts', () => '/hosts', /Hosts/],
  ['storage', () => '/storage', /Storage/],
  ['tasks', () => '/tasks', /Tasks/],
  ['settings', () => '/settings/profile', /Settings|Profile/],
  ['users', () => '/settings/users', /Settings/],
]
const themes = ['light', 'dark'] as const
const shots = join(resultsDir, 'screens')

async function chooseTheme(page: Page, theme: (typeof themes)[number]): Promise<void> {
  await page.getByRole('button', { name: /^Account of/ }).click()
  await page.getByRole('menuitemradio', { name: theme === 'light' ? 'Light' : 'Dark' }).click()
  await expect(page.locator('html')).toHaveAttribute('data-theme', theme)
  await page.keyboard.press('Escape')
}

test.beforeAll(async () => {
  await mkdir(shots, { recursive: true })
})

test('the theme is chosen in the menu of the user and stays', async ({ signedIn: page }) => {
  await page.goto('/')
  for (const theme of themes) {
    await chooseTheme(page, theme)
    await page.reload()
    await expect(page.locator('html')).toHaveAttribute('data-theme', theme)
  }
})

for (const theme of themes) {
  for (const [name, path, heading] of screens) {
    test(`${name}, ${theme}`, async ({ signedIn: page, machines, berth }) => {
      const vmId = await machines.keep('shown-1')
      await page.context().addCookies([{ name: 'berth-theme', value: theme, url: berth.url }])
      await page.goto(path(vmId))
      await expect(page.getByRole('heading', { name: heading, level: 1 })).toBeVisible()
      await expect(page.locator('[aria-busy="true"]')).toHaveCount(0)
      await page.screenshot({ path: join(shots, `${name}-${theme}.png`) })
      expect(await seriousViolations(page)).toEqual([])
    })
  }
}

test('sign-in', async ({ page }) => {
  await page.goto('/sign-in')
  await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible()
  for (const theme of themes) {
    await page.emulateMedia({ colorScheme: theme })
    await page.screenshot({ path: join(shots, `sign-in-${theme}.png`) })
    expect.soft(await seriousViolations(page), theme).toEqual([])
  }
  await page.getByLabel('Email').fill('admin@berth.local')
  await page.getByLabel('Password', { exact: true }).fill('not the password')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByText('Email or password is wrong')).toBeVisible()
})

test('a password of one’s own', async ({ page, panel }) => {
  const email = `shown-${Date.now()}@example.test`
  const password = 'given by an administrator'
  await panel.mutate('user.create', { email, name: 'Shown', password }, z.unknown())
  await page.goto('/sign-in')
  await fillSignIn(page, { email, password })
  await expect(page.getByRole('heading', { name: 'Choose a password' })).toBeVisible()
  for (const theme of themes) {
    await page.emulateMedia({ colorScheme: theme })
    await page.screenshot({ path: join(shots, `new-password-${theme}.png`) })
    expect.soft(await seriousViolations(page), theme).toEqual([])
  }
})

test('adding a user', async ({ signedIn: page, berth }) => {
  for (const theme of themes) {
    await page.context().addCookies([{ name: 'berth-theme', value: theme, url: berth.url }])
    await page.goto('/settings/users')
    await page.getByRole('button', { name: 'Add user' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Add user' }).click()
    await expect(page.getByText('Type an email address.')).toBeVisible()
    await page.screenshot({ path: join(shots, `add-user-${theme}.png`), animations: 'disabled' })
    expect.soft(await seriousViolations(page), theme).toEqual([])
  }
})

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 } })

  test('main screens fit', async ({ signedIn: page, machines }) => {
    test.setTimeout(240_000)
    const vmId = await machines.keep('shown-1')
    for (const [name, path, heading] of screens) {
      await page.goto(path(vmId))
      await expect(page.getByRole('heading', { name: heading, level: 1 })).toBeVisible()
      await page.screenshot({ path: join(shots, `${name}-phone.png`) })
      const isTooWide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth)
      expect.soft(isTooWide, `${name} runs over`).toBe(false)
    }
  })
})

// Kept in docs/pictures with BERTH_PICTURES=1: its clocks and graphs are others each time.
test('the picture of the README', async ({ signedIn: page, machines, openSerial }) => {
  test.setTimeout(240_000)
  const vmId = await machines.keep('shown-1')
  const serial = await openSerial(vmId)
  await serial.logIn()
  await page.goto(`/machines/${vmId}`)
  await serial.run('burn-cpu 60 10', 60_000)
  await expect(page.getByRole('img', { name: 'Screen of shown-1' })).toBeVisible({ timeout: 30_000 })
  const path =
    process.env['BERTH_PICTURES'] === '1' ? join(repoRoot, 'docs/pictures/machine.png') : join(shots, 'readme.png')
  await page.screenshot({ path })
  expect((await stat(path)).size).toBeLessThan(400_000)
})
