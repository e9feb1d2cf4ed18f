/** A host joins by the command that the page shows, works, is turned out, and is forgotten. All of it real. */
import { z } from 'zod'
import { imageViewSchema } from '@berth/core/image/image'
import { expectAccessible } from './support/accessible.ts'
import { expect, test } from './support/berth-test.ts'
import { tinyImagePath } from './support/broken-images.ts'
import { serveFile } from './support/image-server.ts'
import { newJoinedHost } from './support/joined-host.ts'
import { openLive } from './support/live-page.ts'
import { doneSchema } from './support/panel-client.ts'
import { freePort } from './support/unused-port.ts'

const name = 'host-joined'
const imported = doneSchema.extend({ imageId: z.string() })
const created = doneSchema.extend({ vmId: z.string() })

test('a host joins by one pasted command, works, and is turned out', async ({ signedIn: page, panel, machines }) => {
  await using computer = await newJoinedHost()
  const dialog = page.getByRole('dialog')

  const command = await test.step('the page makes the command', async () => {
    await openLive(page, '/hosts')
    await page.getByRole('button', { name: 'Add host' }).click()
    await dialog.getByLabel('Name').fill(name)
    await dialog.getByText('Address, port, folder').click()
    await dialog.getByLabel('Port').fill(String(await freePort()))
    await dialog.getByLabel('Folder').fill(computer.folder)
    await dialog.getByRole('button', { name: 'Make the command' }).click()
    await expect(dialog.getByRole('status').filter({ hasText: `Waiting for ${name}` })).toBeVisible()
    await expectAccessible(page, 'the command to join')
    return dialog.getByText(/^mkdir -p /).innerText()
  })

  await test.step('the computer runs it, and the page turns green by itself', async () => {
    expect(await computer.paste(command)).toContain(`This computer is host ${name}`)
    await expect(dialog.getByText(`${name} has joined and is online`)).toBeVisible()
  })

  await test.step('the same command again changes nothing', async () => {
    expect(await computer.paste(command)).toContain(`${name}, already`)
  })

  const hostId = await test.step('its page shows it', async () => {
    await dialog.getByRole('link', { name: `Open ${name}` }).click()
    await expect(page.getByRole('heading', { name, level: 1 })).toBeVisible()
    await expect(page.getByRole('main').getByText('Online', { exact: true })).toBeVisible()
    await expect(page.getByRole('heading', { name: 'Self-test' })).toBeVisible()
    await expectAccessible(page, 'the page of a host')
    return page.url().split('/').at(-1) ?? ''
  })

  const imageId = await test.step('a machine runs on it', async () => {
    await using server = await serveFile(tinyImagePath)
    const image = await panel.mutate(
      'image.importUrl',
      { name: 'of the joined host', url: server.url, hostId },
      imported,
    )
    await machines.succeeded(image.operationId)
    const wish = { ...(await machines.wishFor({ name: 'on-joined' })), imageId: image.imageId, hostId }
    const { operationId, vmId } = await panel.mutate('vm.create', wish, created)
    await machines.succeeded(operationId)
    await machines.stateIs(vmId, 'running')
    await expect(page.getByRole('link', { name: /on-joined/ })).toContainText('Running')

    await test.step('it is not removed while it holds one', async () => {
      const refusal = await panel.codeOf(panel.mutate('host.remove', { hostId }, z.unknown()))
      expect(refusal).toBe('HOST_IN_USE')
    })
    await machines.delete(vmId)
    await expect.poll(() => panel.codeOf(machines.get(vmId)), { intervals: [100] }).toBe('VM_NOT_FOUND')
    return image.imageId
  })
  const { operationId } = await panel.mutate('image.delete', { imageId }, doneSchema)
  await machines.succeeded(operationId)
  expect(
    (await panel.query('image.list', {}, z.object({ items: z.array(imageViewSchema) }))).items.length,
  ).toBeGreaterThan(0)

  await test.step('revoked, it is offline at once', async () => {
    await page.getByRole('button', { name: 'Revoke…' }).click()
    await dialog.getByLabel(/to confirm/).fill(name)
    await dialog.getByRole('button', { name: 'Revoke host' }).click()
    await expect(page.getByText(`${name} was revoked`)).toBeVisible({ timeout: 2_000 })
    await expect(page.getByRole('main').getByText('Revoked', { exact: true })).toBeVisible()
    // Its agent lives and listens; the panel does not call it any more.
    expect(await computer.paste(`cd ${computer.folder} && ./berth agent status`)).toContain('agent running')
    const query = { fromMs: Date.now() - 60_000, toMs: Date.now(), maxPoints: 10 }
    expect(await panel.codeOf(panel.query('host.metrics', { hostId, query }, z.unknown()))).toBe('HOST_NOT_FOUND')
  })

  await test.step('removed, it is gone', async () => {
    await page.getByRole('button', { name: 'Remove…' }).click()
    await dialog.getByLabel(/to confirm/).fill(name)
    await dialog.getByRole('button', { name: 'Remove host' }).click()
    await expect(page.getByRole('heading', { name: 'Hosts', level: 1 })).toBeVisible()
    await expect(page.getByRole('link', { name })).toBeHidden()
  })
})
