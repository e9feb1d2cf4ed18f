/** A console that never drops: several viewers, and a browser that lives through the agent's and the panel's death. */
import { findVictim, victims, waitForSuccessor } from './faults/kill-points.ts'
import { expect, test } from './support/berth-test.ts'
import { MachinePage } from './support/machine-page.ts'

test('a second viewer sees the same, and each says that there are two', async ({ signedIn, machines, openSerial }) => {
  const vmId = await machines.create({ name: 'viewers-1' })
  const machine = new MachinePage(signedIn, 'viewers-1')
  await signedIn.goto(`/machines/${vmId}`)
  await machine.openConsole('Serial')
  const second = await openSerial(vmId)
  await second.logIn()
  await second.run('echo from-the-$((1 + 1))nd')
  await machine.expectSerial(/^from-the-2nd$/m)
  await expect(signedIn.getByText('2 viewers')).toBeVisible()
  await machine.typeSerial('echo from-the-$((0 + 1))st')
  await second.waitFor(/from-the-1st/, 20_000)
})

for (const victim of victims.filter((name) => name !== 'database')) {
  test(`the console comes back by itself when the ${victim} dies`, async ({ signedIn, machines, berth, host }) => {
    const name = `returns-${victim}`
    const vmId = await machines.create({ name })
    const qemu = await host.qemuOf(vmId)
    const machine = new MachinePage(signedIn, name)
    await signedIn.goto(`/machines/${vmId}`)
    await machine.openConsole('Serial')
    await machine.logInOnSerial()
    await machine.typeSerial('echo before-$((40 + 2))')
    await machine.expectSerial(/^before-42$/m)

    const killed = await findVictim(berth.dataDir, victim)
    process.kill(killed.pid, 'SIGKILL')
    await waitForSuccessor(berth.dataDir, victim, killed)
    await expect(machine.link).not.toContainText('Connected')
    await expect(machine.link).toContainText('Connected', { timeout: 30_000 })
    await machine.expectSerial(/^before-42$/m)
    await machine.typeSerial('echo after-$((40 + 2))')
    await machine.expectSerial(/^after-42$/m)
    expect(await host.qemuOf(vmId), 'the machine was not touched').toEqual(qemu)
  })
}
