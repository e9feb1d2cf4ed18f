/** What the agent says of a guest that really runs: the tiny image of e2e/guests, by commands and console as the panel's. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import {
  imageIdSchema,
  networkIdSchema,
  newUuid,
  nicIdSchema,
  volumeIdSchema,
  type ImageId,
  type VmId,
} from '@berth/core/ids/ids'
import type { VmSample } from '@berth/core/metrics/metric-series'
import { macOfNic, type NetworkConfig, type NicSpec } from '@berth/core/network/network'
import type { DiskSpec } from '@berth/core/storage/volume'
import { MiB } from '@berth/core/units/bytes'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createNetworks } from './network/networks.ts'
import { GuestSerial } from './testing/guest-serial.ts'
import { TestHost } from './testing/test-host.ts'

const vmEpoch = 1
const bootMs = 90_000
const imageId: ImageId = imageIdSchema.parse(newUuid())
let host: TestHost

beforeAll(async () => {
  host = await TestHost.open()
  await host.start()
  const fileName = 'tiny.qcow2'
  const incoming = join(host.config.dataDir, 'pools/default/incoming', fileName)
  await promisify(execFile)(join(import.meta.dirname, '../../../e2e/guests/build-tiny.sh'), [incoming])
  const source = { kind: 'incoming', fileName, checksum: null } as const
  await host.run({ kind: 'image.import', imageId, pool: 'default', source })
})
afterAll(async () => {
  await host[Symbol.asyncDispose]()
})

function nicOn(network: NetworkConfig): NicSpec {
  const nicId = nicIdSchema.parse(newUuid())
  return { nicId, mac: macOfNic(nicId), network }
}

const tinyDisk = (): DiskSpec => ({
  volumeId: volumeIdSchema.parse(newUuid()),
  pool: 'default',
  format: 'qcow2',
  sizeBytes: 256 * MiB,
  source: { kind: 'image', imageId, mode: 'overlay' },
})

/** The first live sample of the machine that fits, told by the event stream. */
async function untilSample(vmId: VmId, isIt: (values: VmSample['values']) => boolean): Promise<VmSample['values']> {
  const signal = AbortSignal.timeout(40_000)
  for await (const { event } of host.agent.context.events.read({ lastEventId: null, signal })) {
    const values = event.kind === 'vm.sampled' ? event.samples[vmId]?.values : undefined
    if (values !== undefined && isIt(values)) return values
  }
  throw new Error('no such sample in 40 s')
}

it(
  'a guest on a NAT network: address, name, figures, pause, growth, reboot, shutdown',
  { timeout: 400_000 },
  async () => {
    const third = 1 + Math.floor(Math.random() * 250)
    const gateway = `10.213.${third}.1`
    const nic = nicOn({ kind: 'nat', networkId: networkIdSchema.parse(newUuid()), gatewayCidr: `${gateway}/24` })
    const disk = tinyDisk()
    const cloudInit = { user: 'joe', sshKeys: [] }
    const spec = { name: 'tiny-one', memoryBytes: 128 * MiB, disks: [disk], nics: [nic], cloudInit }
    // A bridge outlives its agent, by design; this one goes with the test.
    const networks = createNetworks({ stateDir: join(host.config.dataDir, 'network'), isRoot: true })
    await networks.attach(nic, 0)
    await networks.detach(nic)
    await using _bridge = { [Symbol.asyncDispose]: () => networks.dismantle() }
    const vmId = await host.defineAndStart(spec)
    await using serial = await GuestSerial.open(host, vmId)
    await serial.logIn()

    const seen = await host.until(vmId, ({ guest }) => guest.hostname !== null, bootMs)
    expect(seen.guest).toMatchObject({ isAgentConnected: true, hostname: 'tiny-one', osName: expect.any(String) })
    const leased = await host.until(vmId, (vm) => vm.addresses.some(({ source }) => source === 'lease'), bootMs)
    const address = leased.addresses.find(({ source }) => source === 'lease')
    expect(address).toMatchObject({ mac: nic.mac, ip: expect.stringContaining(`10.213.${third}.`) })

    await serial.run(`until ping -c 1 -W 2 ${gateway}; do sleep 1; done`, 60_000)
    await serial.run('ip link set eth0 address 52:54:00:00:00:99')
    await expect(serial.run(`ping -c 2 -W 2 ${gateway}`)).rejects.toThrow(/status 1/)
    await serial.run(`ip link set eth0 address ${nic.mac}`)
    await serial.run(`until ping -c 1 -W 2 ${gateway}; do sleep 1; done`, 60_000)

    await serial.run('burn-cpu 100 60 >/dev/null & true')
    await untilSample(vmId, ({ cpuShare }) => (cpuShare ?? 0) > 0.15)
    await serial.run('write-disk 4 40 >/dev/null & true')
    await untilSample(vmId, ({ diskWriteBytesPerSecond }) => (diskWriteBytesPerSecond ?? 0) > 200_000)
    await untilSample(vmId, ({ memoryGuestUsedBytes }) => (memoryGuestUsedBytes ?? 0) > MiB)

    await host.run({ kind: 'vm.pause', vmId, vmEpoch })
    await untilSample(vmId, ({ cpuShare }) => (cpuShare ?? 1) < 0.02)
    expect(await host.observe(vmId)).toMatchObject({ state: 'paused', pauseReason: 'user' })
    await host.run({ kind: 'vm.resume', vmId, vmEpoch })
    await untilSample(vmId, ({ cpuShare }) => (cpuShare ?? 0) > 0.1)
    await serial.run('killall burn-cpu write-disk; true')

    const size = async (): Promise<number> => Number(await serial.run('cat /sys/block/vda/size')) * 512
    expect(await size()).toBe(256 * MiB)
    await host.run({ kind: 'volume.resize', vmId, vmEpoch, volumeId: disk.volumeId, sizeBytes: 320 * MiB })
    expect(await size()).toBe(320 * MiB)

    const { run } = await host.observe(vmId)
    serial.write('reboot\n')
    await serial.logIn()
    expect(await host.observe(vmId)).toMatchObject({ state: 'running', run })

    await host.run({ kind: 'vm.shutdown', vmId, vmEpoch, timeoutMs: 29_000 })
    const off = await host.observe(vmId)
    expect(off).toMatchObject({ state: 'stopped', run: null, lastExit: { reason: 'guest-shutdown' }, addresses: [] })
    expect(off.guest.isAgentConnected).toBe(false)
  },
)

it('a guest by UEFI that is deaf, and then panics', { timeout: 400_000 }, async () => {
  const nic = nicOn({ kind: 'user', networkId: networkIdSchema.parse(newUuid()) })
  const firmware = 'uefi' as const
  const vmId = await host.defineAndStart({ memoryBytes: 256 * MiB, firmware, disks: [tinyDisk()], nics: [nic] })
  expect(existsSync(join(host.config.dataDir, 'vms', vmId, 'nvram.fd'))).toBe(true)
  await using serial = await GuestSerial.open(host, vmId)
  await serial.logIn()
  expect(await serial.run('ls -d /sys/firmware/efi')).toBe('/sys/firmware/efi')
  await serial.run('until ip -4 addr show eth0 | grep -q 10.0.2.15; do sleep 1; done', 60_000)

  await serial.run('ignore-shutdown')
  const shutdown = host.run({ kind: 'vm.shutdown', vmId, vmEpoch, timeoutMs: 4_000 })
  await expect(shutdown).rejects.toMatchObject({ code: 'GUEST_IGNORED_SHUTDOWN' })
  expect(await host.observe(vmId)).toMatchObject({ state: 'running' })

  const { run } = await host.observe(vmId)
  serial.write('crash\n')
  const crashed = await host.until(vmId, (vm) => vm.state === 'crashed', bootMs)
  expect(crashed).toMatchObject({ run, lastExit: { reason: 'guest-panic' } })
  await host.run({ kind: 'vm.reset', vmId, vmEpoch })
  expect(await host.until(vmId, (vm) => vm.state === 'running', bootMs)).toMatchObject({ run })
  await serial.logIn()

  serial.write('crash\n')
  await host.until(vmId, (vm) => vm.state === 'crashed', bootMs)
  await host.run({ kind: 'vm.stop', vmId, vmEpoch })
  // Its body is gone; that it crashed is told until somebody starts it again.
  expect(await host.observe(vmId)).toMatchObject({ state: 'crashed', run: null })
  await host.run({ kind: 'vm.start', vmId, vmEpoch })
  expect(await host.observe(vmId)).toMatchObject({ state: 'running' })
  await host.run({ kind: 'vm.stop', vmId, vmEpoch })
})
