/** A disk whose guest writes to it faster than it may be copied into the other pool: a real agent and a real QEMU. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { KiB } from '@berth/core/units/bytes'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { queryJobs } from '../qmp/commands/mirror-commands.ts'
import { GuestSerial } from '../testing/guest-serial.ts'
import { TravellingMachine } from '../testing/travelling-machine.ts'
import { firstEpoch, poolName, TwoHosts } from '../testing/two-hosts.ts'
import type { TestHost } from '../testing/test-host.ts'
import { restlessNumbers } from '../testing/writing-disk.ts'

/**
 * QEMU copies all that it finds at once, and then rests until that is what it may: here 4 s at most, as the guest writes to
 * 1 MiB over and over, well within the time that is given to it.
 */
const bandwidthBytesPerSecond = 256 * KiB
const noDiskGainMs = 10_000
const numberBytes = 4 * KiB
const bootMs = 60_000

let hosts: TwoHosts
let host: TestHost
beforeAll(async () => {
  hosts = await TwoHosts.open({ noDiskGainMs })
  host = hosts.source
})
afterAll(async () => {
  await hosts[Symbol.asyncDispose]()
})

describe('a guest that writes faster than its disk is copied', { timeout: 120_000 }, () => {
  it('keeps its disk where it is, which is told with numbers, and it goes once it may go faster, or nobody writes', async () => {
    const machine = await TravellingMachine.start(hosts, { mode: 'copy', isRestless: true })
    const { vmId, disk } = machine
    await using serial = await GuestSerial.open(host, vmId)
    await serial.waitFor(/#00ff/, bootMs)
    const move = (toPool: string, rate: number | null) =>
      host.report({
        ...{ kind: 'volume.move', vmId, vmEpoch: firstEpoch, volumeId: disk.volumeId, keepsOld: false, toPool },
        bandwidthBytesPerSecond: rate,
      })
    const written = (): number => [...serial.received.matchAll(/#[0-9a-f]{4}\r\n/g)].length * numberBytes
    const [writtenBefore, beganAtMs] = [written(), performance.now()]
    const report = await move(poolName, bandwidthBytesPerSecond)
    const seconds = (performance.now() - beganAtMs) / 1_000
    expect((written() - writtenBefore) / seconds, 'bytes that it writes per second').toBeGreaterThan(
      bandwidthBytesPerSecond,
    )
    expect(report).toMatchObject({
      status: 'failed',
      error: {
        code: 'MOVE_NOT_CONVERGING',
        message: expect.stringMatching(
          /^The guest writes to its disk as fast as it is copied: \d+ MiB are left, and that became no less for 10 s\.$/,
        ) as unknown,
      },
    })
    await expectIn('default')

    expect(await move(poolName, null)).toMatchObject({ status: 'succeeded' })
    await expectIn(poolName)
    const onward = written()
    await vi.waitFor(() => expect(written()).toBeGreaterThan(onward), { timeout: 20_000, interval: 50 })
    await machine.stop(host)
    expect(await move('default', bandwidthBytesPerSecond)).toMatchObject({ status: 'succeeded' })
    await expectIn('default', 'stopped')
    const last = Math.min(restlessNumbers, written() / numberBytes) - 1
    expect(await machine.read(host, { epoch: firstEpoch, last })).toEqual({ missing: [], isRestSame: true })

    async function expectIn(pool: string, state = 'running'): Promise<void> {
      expect(host.agent.context.machines.require(vmId).record).toMatchObject({
        ...{ relocating: null, state },
        spec: { disks: [{ pool }] },
      })
      const folders = { default: join(host.config.dataDir, 'pools', 'default'), [poolName]: hosts.poolPath }
      const found = Object.entries(folders).filter(([, root]) => existsSync(join(root, 'volumes', vmId)))
      expect(found.map(([name]) => name)).toEqual([pool])
      if (state === 'stopped') return
      await host.withExpert(vmId, async (qmp) => expect(await queryJobs(qmp)).toEqual([]))
    }
  })
})
