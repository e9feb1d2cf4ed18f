/** The two ways of a console: past the panel to an agent beside it, and through it to one on another host. */
import { findVictim } from './faults/kill-points.ts'
import { expect, test } from './support/berth-test.ts'
import { openFarPanel } from './support/far-panel.ts'
import { MachinePage } from './support/machine-page.ts'
import { PanelClient } from './support/panel-client.ts'
import { SerialViewer } from './support/serial-viewer.ts'

test('an open console works on while the panel stands still', async ({ berth, machines, openSerial }) => {
  const vmId = await machines.create({ name: 'past-1' })
  const viewer = await openSerial(vmId)
  await viewer.logIn()
  const panel = await findVictim(berth.dataDir, 'panel')
  process.kill(panel.pid, 'SIGSTOP')
  try {
    expect(await viewer.run('echo $((40 + 2))')).toBe('42')
  } finally {
    process.kill(panel.pid, 'SIGCONT')
  }
})

test('a console through a panel that cannot pass it on is the same console', async ({
  berth,
  machines,
  openSerial,
  signedIn,
}) => {
  await using far = await openFarPanel(berth.dataDir)
  const vmId = await machines.create({ name: 'through-1' })
  const near = await openSerial(vmId)
  await near.logIn()
  const client = new PanelClient(far.url, { authorization: `Bearer ${berth.token}` })
  await using viewer = await SerialViewer.open(client, far.url, vmId)
  await viewer.waitForControl('live')
  await near.run('echo to-the-$((1 + 1))nd')
  await viewer.waitFor(/to-the-2nd/, 20_000)

  const machine = new MachinePage(signedIn, 'through-1')
  await signedIn.goto(`${far.url}/machines/${vmId}`)
  await machine.openConsole('Serial')
  await machine.expectSerial(/^to-the-2nd$/m)
  await machine.typeSerial('echo from-the-$((2 + 1))rd')
  await near.waitFor(/from-the-3rd/, 20_000)
  await machine.openConsole('Screen')
  await expect(machine.link).toContainText('Connected')
})
