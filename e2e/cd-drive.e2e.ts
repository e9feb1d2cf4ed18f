/** A system from an ISO, in the browser: import it, make a machine with a blank disk, watch it boot, eject it, insert another. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { z } from 'zod'
import { imageViewSchema, type ImageView } from '@berth/core/image/image'
import { bootDisc } from '../apps/agent/src/testing/boot-disc.ts'
import { expect as impatient, test } from './support/berth-test.ts'
import { openLive } from './support/live-page.ts'
import { serveFile } from './support/image-server.ts'
import { PanelRefusal, type PanelClient } from './support/panel-client.ts'
import { bootTimeoutMs } from './support/serial-viewer.ts'

/** Pages and tasks on cores that others use as well. */
const expect = impatient.configure({ timeout: 60_000 })
const imageListSchema = z.object({ items: z.array(imageViewSchema) })

async function isoNamed(panel: PanelClient, name: string): Promise<ImageView | undefined> {
  const { items } = await panel.query('image.list', { filter: { kind: 'iso' } }, imageListSchema)
  return items.find((image) => image.name === name && image.state === 'ready')
}

async function importIso(page: Page, panel: PanelClient, name: string): Promise<ImageView> {
  const folder = await mkdtemp(join(tmpdir(), 'berth-iso-'))
  try {
    const path = join(folder, 'disc.iso')
    await writeFile(path, bootDisc(`BOOTED-FROM ${name}`))
    await using server = await serveFile(path)
    await openLive(page, '/images')
    await page.getByRole('button', { name: 'Import image' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('radio', { name: 'Another address' }).click()
    await dialog.getByRole('textbox', { name: 'Name' }).fill(name)
    await dialog.getByRole('textbox', { name: 'Address' }).fill(server.url)
    await dialog.getByRole('button', { name: 'Import', exact: true }).click()
    await expect.poll(() => isoNamed(panel, name)).toBeDefined()
  } finally {
    await rm(folder, { recursive: true })
  }
  const image = await isoNamed(panel, name)
  if (!image) throw new Error(`${name} is not there`)
  return image
}

async function refusalOf(call: Promise<unknown>): Promise<unknown> {
  try {
    return await call
  } catch (error) {
    if (error instanceof PanelRefusal) return error.wire
    throw error
  }
}

test('a machine is installed from an ISO: it boots from it, and the disc is ejected and exchanged while it runs', async ({
  signedIn: page,
  panel,
  machines,
  openSerial,
}) => {
  const [first, second] = [await importIso(page, panel, 'installer'), await importIso(page, panel, 'drivers')]

  await openLive(page, '/machines/new')
  await page.getByRole('radio', { name: /^installer/ }).click()
  await expect(page.getByText(/An installer takes no keys/)).toBeVisible()
  await page.getByRole('textbox', { name: 'Name' }).fill('from-iso')
  await page.getByRole('button', { name: 'Create and start' }).click()
  await expect(page).toHaveURL(/\/machines\/[0-9a-f-]{36}$/)
  const { vmId, spec } = await machines.find('from-iso')
  expect(spec).toMatchObject({ disks: [{ source: { kind: 'blank' } }], cdrom: { imageId: first.imageId } })
  await machines.stateIs(vmId, 'running', 60_000)
  const serial = await openSerial(vmId)
  await serial.waitFor(/BOOTED-FROM installer/, bootTimeoutMs)

  const refused = await refusalOf(panel.mutate('image.delete', { imageId: first.imageId }, z.unknown()))
  expect(refused).toMatchObject({ code: 'IMAGE_IN_USE', details: { names: ['from-iso'] } })

  await openLive(page, `/machines/${vmId}/hardware`)
  await expect(page.getByRole('link', { name: 'installer' })).toBeVisible()
  await page.getByRole('button', { name: 'Eject…' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Eject', exact: true }).click()
  await expect(page.getByText('Empty', { exact: true })).toBeVisible()

  await openLive(page, `/machines/${vmId}/console`)
  await page.getByRole('button', { name: 'Insert ISO…' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('radio', { name: /^drivers/ }).click()
  await dialog.getByRole('button', { name: 'Insert', exact: true }).click()
  await expect(dialog).toBeHidden()
  await page.goto(`/machines/${vmId}/hardware`)
  await expect(page.getByRole('link', { name: 'drivers' })).toBeVisible()
  await expect.poll(async () => (await machines.get(vmId)).operation).toBeNull()
  await machines.command(vmId, 'reset')
  await serial.waitFor(/BOOTED-FROM drivers/, bootTimeoutMs)

  await machines.delete(vmId)
  for (const { imageId } of [first, second]) {
    const { operationId } = await panel.mutate('image.delete', { imageId }, z.object({ operationId: z.string() }))
    await machines.succeeded(operationId)
  }
})
