/** Images in the browser: a long import with its bytes, a cancel in the middle, what goes wrong, and what a deletion leaves. */
import { randomBytes } from 'node:crypto'
import { access, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { z } from 'zod'
import { imageViewSchema, type ImageView } from '@berth/core/image/image'
import type { BerthPlace } from './support/berth-place.ts'
import { expect, test } from './support/berth-test.ts'
import { openLive } from './support/live-page.ts'
import { temporaryDir, tinyImagePath } from './support/broken-images.ts'
import type { PanelClient } from './support/panel-client.ts'
import { openSlowMirror } from './support/slow-mirror.ts'

const imageListSchema = z.object({ items: z.array(imageViewSchema) })

async function imageNamed(panel: PanelClient, name: string): Promise<ImageView | undefined> {
  const { items } = await panel.query('image.list', { filter: { text: name } }, imageListSchema)
  return items.find((image) => image.name === name)
}

/** Every file of the pool that belongs to the image. */
async function filesOf(berth: BerthPlace, imageId: string): Promise<string[]> {
  const pool = join(berth.dataDir, 'hosts/host-1/pools/default')
  const folders = await Promise.all(['images', 'incoming'].map((folder) => readdir(join(pool, folder))))
  return folders.flat().filter((name) => name.includes(imageId))
}

async function askForImport(page: Page, wish: { name: string; url: string; checksum?: string }): Promise<void> {
  await openLive(page, '/images')
  await page.getByRole('button', { name: 'Import image' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('radio', { name: 'Another address' }).click()
  await dialog.getByRole('textbox', { name: 'Name' }).fill(wish.name)
  await dialog.getByRole('textbox', { name: 'Address' }).fill(wish.url)
  if (wish.checksum !== undefined) await dialog.getByRole('textbox', { name: 'Checksum' }).fill(wish.checksum)
  await dialog.getByRole('button', { name: 'Import', exact: true }).click()
}

/** A raw disk of random bytes, so that each piece of it counts. */
async function rawDisk(folder: string): Promise<string> {
  const path = join(folder, 'disk.raw')
  await writeFile(path, randomBytes(8 * 2 ** 20))
  return path
}

test('an import shows its bytes as they come, goes on where the server broke off, and is ready to use', async ({
  signedIn: page,
  panel,
  machines,
  berth,
}) => {
  await using mirror = await openSlowMirror(tinyImagePath)
  await askForImport(page, { name: 'slow one', url: mirror.url, checksum: mirror.sha256 })
  const bar = page.getByRole('dialog').getByRole('progressbar').first()
  const percent = async () => Number(await bar.getAttribute('aria-valuenow'))
  mirror.letOut(4)
  await expect.poll(percent).toBeGreaterThan(10)
  await expect(
    page
      .getByRole('dialog')
      .getByText(/Downloading, [\d.]+ MiB of [\d.]+ MiB/)
      .first(),
  ).toBeVisible()
  const early = await percent()
  mirror.letOut(10)
  await expect.poll(percent).toBeGreaterThan(early + 10)
  mirror.breakOff()
  mirror.letOut(20)
  await expect(page.getByText('The image is ready')).toBeVisible({ timeout: 60_000 })
  expect(mirror.asked).toHaveLength(2)
  expect(mirror.asked[1]).toBeGreaterThan(0)

  const image = await imageNamed(panel, 'slow one')
  const vmId = await machines.create({ name: 'from-slow-one', image: 'slow one', start: false })
  await page.goto(`/images/${image?.imageId}`)
  const drawer = page.getByRole('dialog', { name: 'slow one' })
  await expect(drawer.getByRole('link', { name: /from-slow-one/ })).toBeVisible()
  await expect(drawer.getByRole('button', { name: 'Delete…' })).toBeDisabled()
  const refused = await panel
    .mutate('image.delete', { imageId: image?.imageId }, z.unknown())
    .catch((error: unknown) => error)
  expect(String(refused)).toMatch(/IMAGE_IN_USE.*from-slow-one/)

  await machines.delete(vmId)
  await expect(drawer.getByRole('button', { name: 'Delete…' })).toBeEnabled()
  await drawer.getByRole('button', { name: 'Delete…' }).click()
  const confirm = page.getByRole('alertdialog').or(page.getByRole('dialog', { name: 'Delete slow one?' }))
  await confirm.getByRole('textbox').fill('slow one')
  await confirm.getByRole('button', { name: 'Delete image' }).click()
  await expect.poll(async () => (await imageNamed(panel, 'slow one')) ?? 'gone').toBe('gone')
  expect(await filesOf(berth, image?.imageId ?? '')).toEqual([])
})

test('a cancel in the middle says what it does, leaves nothing on disk, and can be tried again', async ({
  signedIn: page,
  panel,
  berth,
}) => {
  await using folder = await temporaryDir()
  await using mirror = await openSlowMirror(await rawDisk(folder.path))
  await askForImport(page, { name: 'given up', url: mirror.url })
  mirror.letOut(6)
  await expect(
    page
      .getByRole('dialog')
      .getByText(/Downloading/)
      .first(),
  ).toBeVisible()
  const image = await imageNamed(panel, 'given up')
  if (!image) throw new Error('no image was recorded')
  await expect.poll(() => filesOf(berth, image.imageId)).not.toEqual([])

  await page.getByRole('dialog').getByRole('button', { name: 'Cancel task…' }).click()
  const question = page.getByRole('alertdialog').or(page.getByRole('dialog', { name: /^Cancel “/ }))
  await expect(question).toContainText('The download ends and its file is removed')
  await question.getByRole('button', { name: 'Cancel task' }).click()
  await mirror.left()
  await expect.poll(async () => (await imageNamed(panel, 'given up'))?.state).toBe('failed')
  expect(await filesOf(berth, image.imageId)).toEqual([])
  await page.goto('/images')
  await expect(page.getByRole('listitem').filter({ hasText: 'given up' })).toContainText('Import cancelled')

  mirror.letOut(20)
  await page.getByRole('link', { name: 'given up' }).click()
  await page.getByRole('dialog', { name: 'given up' }).getByRole('button', { name: 'Try again' }).click()
  await expect.poll(async () => (await imageNamed(panel, 'given up'))?.state, { timeout: 60_000 }).toBe('ready')
  expect((await imageNamed(panel, 'given up'))?.imageId).toBe(image.imageId)
  await access(join(berth.dataDir, 'hosts/host-1/pools/default/images', `${image.imageId}.qcow2`))
  await panel.mutate('image.delete', { imageId: image.imageId }, z.unknown())
})

test('a wrong checksum and a server that breaks off for good are told, and leave nothing', async ({
  signedIn: page,
  panel,
  berth,
}) => {
  await using folder = await temporaryDir()
  const path = await rawDisk(folder.path)
  await using whole = await openSlowMirror(path)
  whole.letOut(20)
  await askForImport(page, { name: 'not the one', url: whole.url, checksum: 'a'.repeat(64) })
  await expect(page.getByRole('dialog').getByText('IMAGE_CHECKSUM_MISMATCH')).toBeVisible({ timeout: 30_000 })
  await expect(page.getByRole('dialog').getByRole('button', { name: 'Change and try again' })).toBeVisible()

  await using cut = await openSlowMirror(path, { keepsItsFile: false })
  cut.letOut(3)
  await askForImport(page, { name: 'cut off', url: cut.url })
  await expect(
    page
      .getByRole('dialog')
      .getByText(/Downloading/)
      .first(),
  ).toBeVisible()
  cut.letOut(0)
  // It is tried again some times before it counts as failed, and broken off each time.
  const stateNow = async () => {
    cut.breakOff()
    return (await imageNamed(panel, 'cut off'))?.state
  }
  await expect.poll(stateNow, { timeout: 60_000 }).toBe('failed')
  await expect(page.getByRole('dialog').getByText('IMAGE_DOWNLOAD_FAILED')).toBeVisible()
  expect(cut.asked.every((from) => from === 0)).toBe(true)

  await openLive(page, '/images')
  // Other cards say in their reasons that something was cut off.
  const card = page.getByRole('listitem').filter({ has: page.getByRole('link', { name: 'cut off', exact: true }) })
  await expect(card).toContainText('Import failed')
  await expect(card.getByText('Disk', { exact: true })).toHaveCount(0)
  await page.getByRole('link', { name: 'cut off' }).click()
  await expect(page.getByRole('dialog', { name: 'cut off' })).toContainText('Not known: it was not imported')
  await openLive(page, '/machines/new')
  await expect(page.getByRole('radio', { name: /Berth tiny Linux/ })).toBeVisible()
  await expect(page.getByRole('radio', { name: /cut off|not the one/ })).toHaveCount(0)

  for (const name of ['not the one', 'cut off']) {
    await expect.poll(async () => (await imageNamed(panel, name))?.state).toBe('failed')
    const image = await imageNamed(panel, name)
    expect(await filesOf(berth, image?.imageId ?? '')).toEqual([])
    await panel.mutate('image.delete', { imageId: image?.imageId }, z.unknown())
  }
})
