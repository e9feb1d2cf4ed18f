/** What a move does to a guest that writes faster than its memory is sent, and what is changed while it works. */
import type { VmId } from '@berth/core/ids/ids'
import { MiB } from '@berth/core/units/bytes'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { GuestSerial } from '../testing/guest-serial.ts'
import { isSending, TwoHosts } from '../testing/two-hosts.ts'

let hosts: TwoHosts
beforeAll(async () => {
  hosts = await TwoHosts.open()
})
afterAll(async () => {
  await hosts[Symbol.asyncDispose]()
})

const bootMs = 60_000

async function runningCounter(disc: { fillBytes: number; dirtyBytes: number }): Promise<VmId> {
  const vmId = await hosts.startCounter(disc)
  await using serial = await GuestSerial.open(hosts.source, vmId)
  await serial.waitFor(/#0008/, bootMs)
  return vmId
}

describe('a move', { timeout: 120_000 }, () => {
  it('slows a guest down that writes too fast, step by step, and says each step before and after', async () => {
    const vmId = await runningCounter({ fillBytes: 8 * MiB, dirtyBytes: 6 * MiB })
    const step = await hosts.begin(hosts.move(vmId), { policy: 'slow-down', bandwidthBytesPerSecond: 16 * MiB })
    let throttlePercent = 0
    const announced = new Set<string>()
    const last = await step.until((report) => {
      if (report.status !== 'running') return true
      const move = report.progress?.move
      throttlePercent = Math.max(throttlePercent, move?.throttlePercent ?? 0)
      const action = move?.ladder?.next?.action
      if (action !== undefined) announced.add(JSON.stringify(action))
      // Its guest hardly runs any more, and what it still writes fits.
      const slowed = move?.ladder?.taken.filter(({ action: { kind } }) => kind === 'slow') ?? []
      return slowed.length >= 2 && throttlePercent >= 60
    }, 60_000)
    const taken = last.status === 'running' ? (last.progress?.move?.ladder?.taken ?? []) : []
    expect(taken.slice(0, 4).map(({ action }) => action)).toMatchObject([
      ...[
        { kind: 'allow', downtimeLimitMs: 150 },
        { kind: 'allow', downtimeLimitMs: 200 },
      ],
      ...[
        { kind: 'slow', throttlePercent: 30 },
        { kind: 'slow', throttlePercent: 60 },
      ],
    ])
    for (const { action, stalledPasses, passBytes } of taken) {
      expect(announced).toContain(JSON.stringify(action))
      expect(stalledPasses).toBeGreaterThan(0)
      expect(passBytes).toBeGreaterThan(2 * MiB)
    }
    expect(await step.report()).toMatchObject({ status: 'succeeded' })
    expect(await hosts.target.observe(vmId)).toMatchObject({ state: 'running', epoch: 2 })
    await hosts.target.run({ kind: 'vm.stop', vmId, vmEpoch: 2 })
  })

  it('goes in parallel streams, compressed, under the same key', async () => {
    const vmId = await runningCounter({ fillBytes: 16 * MiB, dirtyBytes: 0 })
    const step = await hosts.begin(hosts.move(vmId), { transport: { streams: 2, compression: 'zstd' } })
    expect(await step.report()).toMatchObject({ status: 'succeeded' })
    expect(await hosts.target.observe(vmId)).toMatchObject({ state: 'running' })
    // What was set for that move is not left over for the next one.
    const back = hosts.move(vmId, { vmEpoch: 2, from: hosts.target, to: hosts.source })
    expect(await (await hosts.begin(back)).report()).toMatchObject({ status: 'succeeded' })
    await hosts.source.run({ kind: 'vm.stop', vmId, vmEpoch: 3 })
  })

  it('is told another cap while it sends, and none once it has ended', async () => {
    const vmId = await runningCounter({ fillBytes: 40 * MiB, dirtyBytes: 0 })
    const move = hosts.move(vmId)
    const { moveId } = move
    const step = await hosts.begin(move, { bandwidthBytesPerSecond: 2 * MiB })
    const slow = await step.until(isSending)
    expect(slow).toMatchObject({ progress: { move: { bandwidthBytesPerSecond: 2 * MiB } } })
    const free = { vmId, moveId, bandwidthBytesPerSecond: null }
    await hosts.source.calls.mutate('move.setBandwidth', free)
    // At 2 MiB/s it would take longer than is waited for.
    expect(await step.report(15_000)).toMatchObject({ status: 'succeeded' })
    await expect(hosts.source.calls.mutate('move.setBandwidth', free)).rejects.toMatchObject({
      code: 'VM_STATE_CONFLICT',
    })
    await hosts.target.run({ kind: 'vm.stop', vmId, vmEpoch: 2 })
  })
})
