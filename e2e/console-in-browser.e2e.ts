/** A console that never drops: several viewers, one who takes over, and a browser that lives through every death but the machine's. */
import type { Page } from '@playwright/test'
import { findVictim, victims, waitForSuccessor } from './faults/kill-points.ts'
import { expect, test } from './support/berth-test.ts'
import { MachinePage } from './support/machine-page.ts'

const openSerialPage = async (page: Page, vmId: string, name: string): Promise<MachinePage> => {
  const machine = new MachinePage(page, name)
  await page.goto(`/machines/${vmId}`)
  await machine.openConsole('Serial')
  return machine
}

test('a second viewer sees the same; one takes over, the other watches, and nobody is cut', async ({
  signedIn,
  machines,
  openSerial,
}) => {
  const vmId = await machines.create({ name: 'viewers-1' })
  const machine = await openSerialPage(signedIn, vmId, 'viewers-1')
  const second = await openSerial(vmId)
  await second.logIn()
  const viewersButton = signedIn.getByRole('button', { name: /^2 viewers/ })

  await test.step('both type, and each is told of the other within two seconds', async () => {
    await second.run('echo from-the-$((1 + 1))nd')
    // No `^`: the shell asks where the cursor is, and the terminal's answer may be echoed before it.
    await machine.expectSerial(/from-the-2nd$/m)
    await expect(viewersButton).toBeVisible({ timeout: 2_000 })
    await machine.typeSerial('echo from-the-$((0 + 1))st')
    await second.waitFor(/from-the-1st/, 20_000)
    await viewersButton.click()
    const list = signedIn.getByRole('dialog', { name: 'Who else watches' })
    await expect(list.getByRole('listitem')).toHaveText([/YouSerial · may type/, /\(token e2e\)Serial · may type/])
  })

  await test.step('who takes over is the only one who types', async () => {
    await signedIn.getByRole('button', { name: 'Take over' }).click()
    await expect(viewersButton).toHaveAccessibleName('2 viewers, only you type')
    await expect.poll(() => second.viewers.map(({ input }) => input)).toEqual(['holds', 'heldBack'])
    second.write('echo must-not-$((1 + 1))arrive\n')
    await signedIn.keyboard.press('Escape')
    await machine.typeSerial('echo held-$((40 + 2))')
    await second.waitFor(/held-42/, 20_000)
    expect(await machine.serialText()).not.toContain('must-not-2arrive')
    expect(second.isOpen).toBe(true)
  })

  await test.step('and the other types again when he lets him', async () => {
    await viewersButton.click()
    await signedIn.getByRole('button', { name: 'Let all type' }).click()
    await expect.poll(() => second.viewers.map(({ input }) => input)).toEqual(['shares', 'shares'])
    await second.run('echo again-$((40 + 2))')
    await machine.expectSerial(/^again-42$/m)
  })
})

test('whoever was taken over from is told so, and takes it back', async ({ signedIn, machines }) => {
  const vmId = await machines.create({ name: 'taken-1' })
  const [first, second] = [signedIn, await signedIn.context().newPage()]
  const [ours, theirs] = [new MachinePage(first, 'taken-1'), new MachinePage(second, 'taken-1')]
  for (const { page, link } of [ours, theirs]) {
    await page.goto(`/console/${vmId}/screen`)
    await expect(link).toContainText('Connected', { timeout: 30_000 })
  }
  const takenOver = 'You took over in another window.'
  await second.getByRole('button', { name: '2 viewers' }).click()
  await second.getByRole('button', { name: 'Take over' }).click()
  await expect(first.getByText(takenOver)).toBeVisible()
  await expect(first.getByRole('button', { name: 'Ctrl Alt Del' })).toHaveAttribute('aria-disabled', 'true')
  await first.getByRole('button', { name: 'Take over' }).first().click()
  await expect(first.getByText(takenOver)).toBeHidden()
  await expect(second.getByText(takenOver)).toBeVisible()
  await expect(ours.link).toContainText('Connected')
  await expect(theirs.link).toContainText('Connected')
  await first.close()
  await expect(second.getByText(takenOver), 'a holder who left holds nobody back').toBeHidden()
})

for (const victim of victims.filter((name) => name !== 'database')) {
  test(`the console comes back by itself when the ${victim} dies`, async ({ signedIn, machines, berth, host }) => {
    const name = `returns-${victim}`
    const vmId = await machines.create({ name })
    const qemu = await host.qemuOf(vmId)
    const machine = await openSerialPage(signedIn, vmId, name)
    await machine.logInOnSerial()
    await machine.typeSerial('echo before-$((40 + 2))')
    await machine.expectSerial(/^before-42$/m)
    const other = await openSerialPage(await signedIn.context().newPage(), vmId, name)
    await signedIn.getByRole('button', { name: '2 viewers' }).click()
    await signedIn.getByRole('button', { name: 'Take over' }).click()
    await signedIn.keyboard.press('Escape')

    const killed = await findVictim(berth.dataDir, victim)
    process.kill(killed.pid, 'SIGKILL')
    await waitForSuccessor(berth.dataDir, victim, killed)
    await expect(machine.link).not.toContainText('Connected')
    await expect(machine.link).toContainText('Connected', { timeout: 30_000 })
    await expect(other.link).toContainText('Connected', { timeout: 30_000 })
    await machine.expectSerial(/^before-42$/m)
    await machine.typeSerial('echo after-$((40 + 2))')
    await machine.expectSerial(/^after-42$/m)
    await expect(signedIn.getByRole('button', { name: '2 viewers, only you type' }), 'still taken over').toBeVisible()
    expect(await host.qemuOf(vmId), 'the machine was not touched').toEqual(qemu)
  })
}

test('an agent that ends in order says why, and the console is back soon after', async ({
  signedIn,
  machines,
  berth,
}) => {
  const vmId = await machines.create({ name: 'restart-1' })
  const machine = await openSerialPage(signedIn, vmId, 'restart-1')
  const { pid } = await findVictim(berth.dataDir, 'agent')
  process.kill(pid, 'SIGTERM')
  await expect(signedIn.getByText('The host’s agent restarts')).toBeVisible()
  await expect(machine.link).toContainText('Connected', { timeout: 20_000 })
})
