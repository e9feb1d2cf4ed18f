/** The graphical console: how large its picture is, and what it shows of a machine that is off. */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { screenshotSchema } from '@berth/core/vm/screenshot'
import { z } from 'zod'
import { findVictim, waitForSuccessor } from './faults/kill-points.ts'
import { pictureMismatches } from './guests/tiny-picture.ts'
import { expect, test } from './support/berth-test.ts'
import { MachinePage } from './support/machine-page.ts'
import { openResizableDisplay } from './support/resizable-display.ts'

test.setTimeout(600_000)

const sizeButton = (page: Page) => page.getByRole('button', { name: 'Size of the picture' })
const sizeChoice = (page: Page, name: RegExp) => page.getByRole('menuitemradio', { name })
const resizeChoice = /^Resize the guest/

/** Of the picture on the page, in CSS pixels. */
async function shownSize({ screen }: MachinePage): Promise<{ width: number; height: number }> {
  const box = await screen.boundingBox()
  return { width: Math.round(box?.width ?? 0), height: Math.round(box?.height ?? 0) }
}

test('the picture is fitted or 1:1, and says why the guest cannot be given a size', async ({
  signedIn: page,
  machines,
}) => {
  const vmId = await machines.create({ name: 'sized-1' })
  const machine = new MachinePage(page, 'sized-1')
  await page.goto(`/machines/${vmId}`)
  await machine.openConsole('Screen')
  const ownSize = async () =>
    machine.screen.evaluate((it: HTMLCanvasElement) => ({ width: it.width, height: it.height }))
  await expect.poll(async () => (await shownSize(machine)).width).not.toBe((await ownSize()).width)

  await sizeButton(page).click()
  await expect(sizeChoice(page, resizeChoice)).toHaveAttribute('aria-disabled', 'true')
  await expect(sizeChoice(page, resizeChoice)).toContainText('display (standard VGA) cannot be given a size')
  await sizeChoice(page, resizeChoice).click({ force: true })
  await expect(sizeChoice(page, /^Fit/)).toBeChecked()
  await sizeChoice(page, /1:1/).click()
  await page.keyboard.press('Escape')
  await expect.poll(() => shownSize(machine)).toEqual(await ownSize())

  await page.reload()
  await expect(machine.link).toContainText('Connected', { timeout: 30_000 })
  await expect.poll(() => shownSize(machine), 'remembered').toEqual(await ownSize())
})

test('a display that can be given a size is given the window’s', async ({ signedIn: page, machines, host }) => {
  const vmId = await machines.create({ name: 'sized-2' })
  const machine = new MachinePage(page, 'sized-2')
  const { argv = [] } = (await host.qemuOf(vmId)) ?? {}
  await using display = await openResizableDisplay(argv)
  const windowSize = async (): Promise<string> => {
    const box = await page.locator(`[data-console-screen="${vmId}"]`).boundingBox()
    return `${Math.floor(box?.width ?? 0)}x${Math.floor(box?.height ?? 0)}`
  }
  const lastAsked = async (): Promise<string | undefined> => (await display.askedSizes()).at(-1)

  await page.goto(`/console/${vmId}/screen`)
  await expect(machine.link).toContainText('Connected', { timeout: 30_000 })
  await sizeButton(page).click()
  await expect(sizeChoice(page, resizeChoice)).not.toHaveAttribute('aria-disabled')
  const asked = new Set(await display.askedSizes())
  expect([...asked], 'only whether it can, at the size that it offers anyway').toEqual(['1280x800'])
  await sizeChoice(page, resizeChoice).click()
  await page.keyboard.press('Escape')
  await expect.poll(lastAsked).toBe(await windowSize())

  const before = await windowSize()
  await page.setViewportSize({ width: 1000, height: 700 })
  await expect.poll(windowSize).not.toBe(before)
  await expect.poll(lastAsked, 'follows the window').toBe(await windowSize())
  await page.reload()
  await expect(machine.link).toContainText('Connected', { timeout: 30_000 })
  await expect.poll(lastAsked, 'remembered').toBe(await windowSize())
})

test('a machine that is off shows its last picture, greyed, with its age, to everybody', async ({
  signedIn: page,
  browser,
  cookies,
  machines,
  panel,
  berth,
  openSerial,
}) => {
  const name = 'pictured-1'
  const vmId = await machines.create({ name })
  const machine = new MachinePage(page, name)
  const serial = await openSerial(vmId)
  await serial.logIn()
  await serial.run('draw')
  await page.goto(`/console/${vmId}/screen`)
  const mismatches = async (): Promise<number> => {
    const pixels = await machine.screenPixels()
    return pixels.width === 0 ? -1 : pictureMismatches(pixels, pixels.colourAt).length
  }
  await expect.poll(mismatches, { message: 'pixels that differ', timeout: 60_000 }).toBe(0)

  const stopAskedMs = Date.now()
  await machines.command(vmId, 'stop')
  const answer = z.object({ screenshot: screenshotSchema })
  const { screenshot } = await panel.query('vm.lastScreenshot', { vmId }, answer)
  expect(Date.parse(screenshot.takenAt), 'taken for the stop').toBeGreaterThanOrEqual(stopAskedMs)

  for (const victim of ['agent', 'panel'] as const) {
    const killed = await findVictim(berth.dataDir, victim)
    process.kill(killed.pid, 'SIGKILL')
    await waitForSuccessor(berth.dataDir, victim, killed)
  }
  const kept = async () => (await panel.query('vm.lastScreenshot', { vmId }, answer).catch(() => undefined))?.screenshot
  await expect.poll(kept, { message: 'after the death of both', timeout: 60_000 }).toEqual(screenshot)

  // Another browser, which has seen nothing of this machine.
  await using context = await browser.newContext({ baseURL: berth.url, storageState: cookies })
  const other = await context.newPage()
  const last = other.getByRole('img', { name: 'Last picture' })
  await test.step('on its overview and its console', async () => {
    await other.goto(`/machines/${vmId}`)
    for (const tab of ['Overview', 'Console']) {
      await new MachinePage(other, name).openTab(tab)
      await expect(last).toHaveAttribute('src', `data:image/png;base64,${screenshot.pngBase64}`)
      await expect(last).toHaveCSS('filter', /grayscale/)
      await expect(other.getByText(/^Last picture, /).locator('time')).toHaveAttribute('datetime', screenshot.takenAt)
    }
  })

  await test.step('until it is on again', async () => {
    await other
      .getByRole('region', { name: `Screen of ${name}` })
      .getByRole('button', { name: 'Start' })
      .click()
    await expect(new MachinePage(other, name).link).toContainText('Connected', { timeout: 30_000 })
    await expect(other.getByText(/^Last picture, /)).toBeHidden()
    await new MachinePage(other, name).openTab('Overview')
    await expect(other.getByRole('img', { name: `Screen of ${name}` })).toBeVisible()
    await expect(other.getByText(/^Last picture, /)).toBeHidden()
  })

  await test.step('and is gone with the machine', async () => {
    const file = join(berth.dataDir, 'hosts/host-1/vms', vmId, 'last-screen.json')
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    await machines.delete(vmId)
    await expect(stat(file)).rejects.toMatchObject({ code: 'ENOENT' })
    expect(await panel.codeOf(panel.query('vm.lastScreenshot', { vmId }, answer))).toBe('VM_NOT_FOUND')
  })
})
