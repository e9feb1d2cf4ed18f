/** A disk goes into another pool of its host from the machine's page, while its guest writes to it. */
import { expectAccessible } from './support/accessible.ts'
import { expect as impatient, test } from './support/berth-test.ts'
import { openLive } from './support/live-page.ts'
import { MachinePage } from './support/machine-page.ts'
import { addSecondPool } from './support/second-pool.ts'

const expect = impatient.configure({ timeout: 60_000 })
const name = 'pooled-1'
test('a running machine’s disk goes into another pool and back: shown as it goes, and every write is kept', async ({
  signedIn: page,
  machines,
}) => {
  await using pool = await addSecondPool(machines)
  const vmId = await machines.create({ name })
  const machine = new MachinePage(page, name)
  await openLive(page, `/machines/${vmId}`)
  await machine.openConsole('Serial')
  await machine.logInOnSerial()
  await machine.typeSerial('dd if=/dev/urandom of=/data/kept bs=1M count=24; sync; md5sum /data/kept')
  await machine.expectSerial(/[0-9a-f]{32} {2}\/data\/kept/, 60_000)
  const sum = async (): Promise<string | undefined> =>
    [...(await machine.serialText()).matchAll(/([0-9a-f]{32}) {2}\/data\/kept/g)].at(-1)?.[1]
  const kept = await sum()
  await machine.typeSerial('clear; write-disk 2 60 & counter 100')
  await machine.expectSerial(/^CNT 3 /m)

  await test.step('the dialog says which pools can take it, and what happens', async () => {
    await machine.openTab('Hardware')
    const disks = page.getByRole('listitem').filter({ hasText: 'Disk 1' })
    await expect(disks).toContainText('in pool default')
    await page.getByRole('button', { name: 'Move to another pool…, disk 1' }).click()
    const dialog = page.getByRole('dialog')
    await expect(dialog.getByRole('radio', { name: /^default It lies there already/ })).toBeDisabled()
    await expect(dialog.getByRole('radio', { name: /^fast Takes about .* free/ })).toBeChecked()
    await expect(dialog).toContainText('is copied there first. The machine runs on meanwhile.')
    await expectAccessible(page, 'the dialog of a disk')
    await dialog.getByText('Advanced').click()
    await dialog.getByLabel('Bandwidth cap').fill('8')
    await dialog.getByRole('button', { name: 'Move it to fast' }).click()
    await expect(dialog).toBeHidden()
  })

  await test.step('the card shows how far it is, and where it lies then', async () => {
    const progress = page.getByRole('region', { name: `Move disk 1 of ${name} to fast` })
    await expect(progress).toContainText(/Copying the disk, [\d.]+ [KM]iB of [\d.]+ MiB/)
    await expect(progress.getByRole('progressbar')).toBeVisible()
    await expect(page.getByRole('listitem').filter({ hasText: 'Disk 1' })).toContainText('in pool fast')
    expect(await pool.files(vmId)).toHaveLength(1)
    expect(await machines.get(vmId)).toMatchObject({ state: 'running', spec: { disks: [{ pool: 'fast' }] } })
  })

  await test.step('the guest noticed nothing, and reads there what it wrote', async () => {
    await machine.openConsole('Serial')
    const last = async (): Promise<number> =>
      Number([...(await machine.serialText()).matchAll(/^CNT (\d+) /gm)].at(-1)?.[1])
    const before = await last()
    await expect.poll(last).toBeGreaterThan(before)
    const counts = [...(await machine.serialText()).matchAll(/^CNT (\d+) /gm)].map(([, count]) => Number(count))
    expect(counts).toEqual(counts.map((_, index) => (counts[0] ?? 0) + index))
    await machine.serial.getByRole('textbox').focus()
    await page.keyboard.press('Control+c')
    await machine.typeSerial('clear; echo 3 > /proc/sys/vm/drop_caches; md5sum /data/kept')
    await machine.expectSerial(/[0-9a-f]{32} {2}\/data\/kept/, 60_000)
    expect(await sum()).toBe(kept)
  })

  await test.step('off, it goes back as well', async () => {
    await machines.command(vmId, 'stop')
    const volumeId = (await machines.get(vmId)).spec.disks[0]?.volumeId
    await machines.command(vmId, 'moveDisk', { volumeId, toPool: 'default' })
    expect(await pool.files(vmId)).toEqual([])
    await machines.delete(vmId)
  })
})
