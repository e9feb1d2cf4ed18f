/** A machine's whole life as a script sees it: the API, the serial console, and an independent look at the host. */
import { metricsAnswerSchema } from '@berth/core/metrics/metric-series'
import { expect, test } from './support/berth-test.ts'
import type { PanelClient } from './support/panel-client.ts'

async function highestCpuShare(panel: PanelClient, vmId: string, fromMs: number): Promise<number> {
  const query = { fromMs, toMs: Date.now(), maxPoints: 600 }
  const answer = await panel.query('vm.metrics', { vmId, query }, metricsAnswerSchema)
  const measured = (answer.series['cpuShare']?.mean ?? []).filter((value) => value !== null)
  return measured.length === 0 ? Number.NaN : Math.max(...measured)
}

test('a machine is made, spoken to, measured, powered and deleted, and nothing of it is left', async ({
  panel,
  machines,
  host,
  openSerial,
}) => {
  const vmId = await machines.create({ name: 'life-1', networkKind: process.getuid?.() === 0 ? 'nat' : 'user' })
  const serial = await openSerial(vmId)
  await serial.logIn()

  await test.step('both ways on serial, and the history for a second viewer', async () => {
    expect(await serial.run('echo hello-$((40 + 2))')).toBe('hello-42')
    const second = await openSerial(vmId)
    await second.waitForControl('live')
    await second.waitFor(/hello-42/, 10_000)
    second.write('echo from-the-$((1 + 1))nd\n')
    await serial.waitFor(/from-the-2nd/, 10_000)
    await expect
      .poll(() => second.viewers.map(({ name, kind }) => `${name} ${kind}`))
      .toEqual(['Administrator (token e2e) serial', 'Administrator (token e2e) serial'])
  })

  await test.step('its address is shown', async () => {
    await expect.poll(async () => (await machines.get(vmId)).addresses.length, { timeout: 30_000 }).toBeGreaterThan(0)
  })

  await test.step('graphs rise when the guest burns CPU', async () => {
    const lastShare = (): Promise<number> => highestCpuShare(panel, vmId, Date.now() - 4_000)
    await expect.poll(lastShare, { timeout: 60_000, message: 'share of the idle vCPU' }).toBeLessThan(0.15)
    serial.write('burn-cpu 100 20\n')
    // Other work on the same cores takes its part: what counts is that it rises.
    await expect.poll(lastShare, { timeout: 20_000, message: 'share of the busy vCPU' }).toBeGreaterThan(0.25)
    await serial.waitFor(/burn-cpu: done/, 60_000)
  })

  const { run } = await machines.get(vmId)
  await test.step('pause stops the guest, resume goes on with it', async () => {
    serial.write('counter 100\n')
    await serial.waitFor(/CNT 3 /, 10_000)
    await machines.command(vmId, 'pause')
    expect((await machines.get(vmId)).state).toBe('paused')
    const heard = serial.text.length
    await machines.command(vmId, 'resume')
    await machines.stateIs(vmId, 'running')
    await expect.poll(() => serial.text.slice(heard)).toMatch(/CNT \d+ /)
    serial.write('\x03')
    await serial.waitFor(/# /, 10_000)
    expect((await machines.get(vmId)).run?.pid).toBe(run?.pid)
  })

  await test.step('reboot starts the guest anew, and its disk keeps what was written', async () => {
    await serial.run('echo kept > /data/note; sync')
    await machines.command(vmId, 'reboot')
    await serial.logIn()
    expect(await serial.run('cat /data/note')).toBe('kept')
  })

  await test.step('shutdown ends the process, start brings it back', async () => {
    await machines.command(vmId, 'shutdown')
    await machines.stateIs(vmId, 'stopped')
    expect(await host.qemuOf(vmId)).toBeUndefined()
    await machines.command(vmId, 'start')
    await serial.logIn()
  })

  await test.step('delete leaves nothing', async () => {
    await machines.command(vmId, 'delete')
    expect(await host.tracesOf(vmId)).toEqual([])
    expect(await panel.codeOf(machines.get(vmId))).toBe('VM_NOT_FOUND')
    expect(await host.problems()).toEqual([])
  })
})
