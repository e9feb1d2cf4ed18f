/** What Berth is for, by hand: sign in, create, see the machine boot, type into it, watch its graphs, delete it. */
import { pictureMismatches } from './guests/tiny-picture.ts'
import { expect, test } from './support/berth-test.ts'
import { MachinePage } from './support/machine-page.ts'
import { bootTimeoutMs } from './support/serial-viewer.ts'
import { fillSignIn } from './support/sign-in-page.ts'

test.setTimeout(600_000)

test('sign in, create, boot, type, watch, power, delete', async ({ page, berth, machines, host }) => {
  const machine = new MachinePage(page, 'browser-1')

  await test.step('sign in', async () => {
    await page.goto('/machines/new')
    await expect(page).toHaveURL(/\/sign-in\?next=/)
    await fillSignIn(page, berth)
    await expect(page).toHaveURL(/\/machines\/new$/)
  })

  const vmId = await test.step('create from the tiny image', async () => {
    await page.getByRole('textbox', { name: 'Name' }).fill(machine.name)
    await page.getByRole('radio', { name: /Berth tiny Linux/ }).click()
    await page.getByRole('radio', { name: /Nano/ }).click()
    await page.getByRole('button', { name: 'Create and start' }).click()
    await expect(page.getByRole('heading', { name: machine.name, level: 1 })).toBeVisible()
    await machine.expectState('Running')
    return (await machines.find(machine.name)).vmId
  })

  await test.step('the serial console goes both ways', async () => {
    await machine.openConsole('Serial')
    await machine.logInOnSerial()
    await machine.typeSerial('echo sum-$((40 + 2))')
    await machine.expectSerial(/^sum-42$/m)
  })

  await test.step('its history is there after a reload', async () => {
    await page.reload()
    await machine.expectSerial(/^sum-42$/m)
    await expect(machine.link).toContainText('Connected')
  })

  await test.step('the screen shows what the guest draws', async () => {
    await machine.typeSerial('draw')
    await machine.expectSerial(/^DRAWN$/m)
    await machine.openConsole('Screen')
    const mismatches = async (): Promise<number> => {
      const pixels = await machine.screenPixels()
      return pixels.width === 0 ? -1 : pictureMismatches(pixels, pixels.colourAt).length
    }
    await expect.poll(mismatches, { message: 'pixels that differ', timeout: 20_000 }).toBe(0)
  })

  await test.step('keys typed on the screen arrive in the guest', async () => {
    await machine.typeOnScreen('Hi there 42')
    await machine.openConsole('Serial')
    await expect
      .poll(
        async () => {
          await machine.typeSerial('typed')
          return machine.serialText()
        },
        { timeout: 20_000, intervals: [500] },
      )
      .toMatch(/^Hi there 42$/m)
  })

  await test.step('graphs rise when the guest burns CPU', async () => {
    const share = async (): Promise<number> => {
      const words = await page
        .getByRole('figure', { name: /^CPU/ })
        .getByText(/All vCPUs:/)
        .textContent()
      return Number(/now (\d+)/.exec(words ?? '')?.[1] ?? Number.NaN)
    }
    await machine.openTab('Metrics')
    await expect.poll(share, { message: 'share of the idle vCPU', timeout: 60_000 }).toBeLessThan(15)
    const idle = await share()
    await machine.openConsole('Serial')
    await machine.typeSerial('burn-cpu 100 45 &')
    await machine.openTab('Metrics')
    // Other work on the same cores takes its part: what counts is that it rises.
    await expect.poll(share, { message: 'share of the busy vCPU', timeout: 40_000 }).toBeGreaterThan(idle + 20)
  })

  const before = await host.qemuOf(vmId)
  await test.step('pause and resume', async () => {
    await machine.choose('Pause')
    await machine.expectState('Paused')
    await machine.choose('Resume')
    await machine.expectState('Running')
    expect(await host.qemuOf(vmId)).toEqual(before)
  })

  await test.step('reboot: the console follows', async () => {
    await machine.openConsole('Serial')
    await machine.choose('Reboot')
    await machine.expectSerial(/login:\s*$/, bootTimeoutMs)
    await machine.logInOnSerial()
  })

  await test.step('shut down, and start again', async () => {
    await machine.choose('Shut down')
    await machine.expectState('Stopped')
    expect(await host.qemuOf(vmId)).toBeUndefined()
    await machine.choose('Start')
    await machine.expectState('Running')
  })

  await test.step('delete leaves nothing', async () => {
    await machine.choose('Delete…')
    const dialog = page.getByRole('dialog', { name: `Delete ${machine.name}?` })
    await expect(dialog.getByRole('button', { name: 'Delete machine' })).toBeDisabled()
    await dialog.getByRole('textbox').fill(machine.name)
    await dialog.getByRole('button', { name: 'Delete machine' }).click()
    await expect(page).toHaveURL(/\/machines$/)
    await expect.poll(() => host.tracesOf(vmId), { timeout: 30_000 }).toEqual([])
    await expect(page.getByRole('link', { name: machine.name })).toHaveCount(0)
  })
})
