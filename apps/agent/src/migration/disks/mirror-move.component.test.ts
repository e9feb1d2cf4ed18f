/** Running machines move between hosts that share no storage: real agents, real QEMUs, and a guest that writes all the time. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { scanProcesses } from '../../qemu/process-identity.ts'
import { runCommand } from '../../exec/run-command.ts'
import { GuestSerial } from '../../testing/guest-serial.ts'
import { TravellingMachine } from '../../testing/travelling-machine.ts'
import { TwoHosts } from '../../testing/two-hosts.ts'
import { TwoWatch } from '../../testing/two-watch.ts'

let hosts: TwoHosts
beforeAll(async () => {
  hosts = await TwoHosts.open()
})
afterAll(async () => {
  await hosts[Symbol.asyncDispose]()
})

const bootMs = 60_000
const numbersIn = (text: string): number[] =>
  [...text.matchAll(/#([0-9a-f]{4})\r\n/g)].map(([, digits]) => Number.parseInt(digits ?? '', 16))

async function infoOf(path: string, format: string): Promise<unknown> {
  const { stdout } = await runCommand({
    file: 'qemu-img',
    args: ['info', '-U', '-f', format, '--output=json', path],
    timeoutMs: 10_000,
  })
  return JSON.parse(stdout)
}

/** Moves it, and returns its report, once it has written on the target. `last` is the last number that it printed there. */
async function moved(machine: TravellingMachine, disks: TravellingMachine['whole']) {
  const { vmId } = machine
  await using there = await GuestSerial.open(hosts.source, vmId)
  await there.waitFor(/#0010/, bootMs)
  await using watch = new TwoWatch(vmId, hosts)
  const report = await (await hosts.begin(hosts.move(vmId), { disks })).report()
  expect(report).toMatchObject({ status: 'succeeded' })
  await using here = await GuestSerial.open(hosts.target, vmId)
  await here.waitFor(/(#[0-9a-f]{4}\r\n){10}/, bootMs)
  expect(watch.bothRan).toBe(0)
  // What it said before may have come with it.
  const counts = [...new Set(numbersIn(there.received + here.received))]
  expect(counts).toEqual(counts.map((_, index) => index))
  return { report, last: counts.at(-1) ?? 0 }
}

it(
  'a machine moves with its disk, and every write that it was told of is there; only what its image lacks is sent',
  { timeout: 120_000 },
  async () => {
    const { source, target } = hosts
    const machine = await TravellingMachine.start(hosts, { mode: 'overlay', baseOn: [target] })
    const { report, last } = await moved(machine, machine.overBase)
    const { volumeId, format } = machine.disk
    expect(report).toMatchObject({
      result: { disks: [{ volumeId, pool: 'default', format, source: machine.disk.source }] },
    })
    const sent: unknown = Reflect.get(report, 'result')
    expect(JSON.stringify(sent)).toMatch(/"sentBytes":[1-9]\d{4,6}\b/)
    // The source has forgotten it, and keeps its disk for a day.
    expect(existsSync(machine.path(source))).toBe(false)
    expect(await machine.trashOn(source)).toHaveLength(1)
    expect(await scanProcesses(source.config.runDir)).toEqual([])
    expect(readdirSync(join(source.config.dataDir, 'pools/default/volumes'))).toEqual([])
    expect(await machine.read(target, { epoch: 2, last })).toEqual({ missing: [], isRestSame: true })
    expect(await infoOf(machine.path(target), format)).toMatchObject({
      'backing-filename': expect.any(String) as unknown,
    })
    expect(await hosts.owners(machine.vmId)).toMatchObject({
      source: { kind: 'given', isTaken: true },
      target: { kind: 'mine', epoch: 2 },
    })
  },
)

it('one whose image is not there comes as a whole, and lies on nothing', { timeout: 120_000 }, async () => {
  const { target } = hosts
  const machine = await TravellingMachine.start(hosts, { mode: 'overlay' })
  const { report, last } = await moved(machine, machine.whole)
  expect(report).toMatchObject({ result: { disks: [{ source: { kind: 'image', mode: 'copy' } }] } })
  expect(await machine.read(target, { epoch: 2, last })).toEqual({ missing: [], isRestSame: true })
  const info = await infoOf(machine.path(target), 'qcow2')
  expect(info).not.toHaveProperty('backing-filename')
  // What was zero there takes no room here: 12 MiB of 64 are not.
  expect(Reflect.get(Object(info), 'actual-size')).toBeLessThan(20 * 2 ** 20)
  // It starts from its own disk there.
  await target.run({ kind: 'vm.start', vmId: machine.vmId, vmEpoch: 2 })
  await machine.stop(target, 2)
})
