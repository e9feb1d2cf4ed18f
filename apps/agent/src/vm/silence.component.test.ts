/** A QEMU that hangs while its machine runs: said within seconds, of it alone, and over when it answers again. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { VmId } from '@berth/core/ids/ids'
import { TestHost } from '../testing/test-host.ts'

let host: TestHost
beforeEach(async () => {
  host = await TestHost.open()
  await host.start()
})
afterEach(() => host[Symbol.asyncDispose]())

const stateOf = (vmId: VmId) => host.agent.context.machines.require(vmId).publisher.observation()
const pidOf = (vmId: VmId): number => host.agent.context.machines.require(vmId).requireMachine().pid

it('is told, refuses what it cannot do with a reason, disturbs no other, and recovers', async () => {
  const hung = await host.defineAndStart()
  const well = await host.defineAndStart({ name: 'well' })
  const pid = pidOf(hung)
  const stoppedAtMs = Date.now()
  process.kill(pid, 'SIGSTOP')
  const told = await host.until(hung, (vm) => vm.silentSince !== null, 20_000)
  expect(told.state).toBe('running')
  // Since when it did not answer, not since when that was noticed.
  expect(Math.abs(Date.parse(told.silentSince ?? '') - stoppedAtMs)).toBeLessThan(4_000)

  for (const kind of ['vm.pause', 'vm.reset'] as const)
    await expect(host.run({ kind, vmId: hung, vmEpoch: 1 })).rejects.toMatchObject({
      code: 'VM_STATE_CONFLICT',
      message: expect.stringContaining('does not answer') as unknown,
    })
  await host.run({ kind: 'vm.pause', vmId: well, vmEpoch: 1 })
  expect(await host.observe(well)).toMatchObject({ state: 'paused', silentSince: null })

  process.kill(pid, 'SIGCONT')
  const back = await host.until(hung, (vm) => vm.silentSince === null)
  expect(back).toMatchObject({ state: 'running', run: { pid } })
  await host.run({ kind: 'vm.pause', vmId: hung, vmEpoch: 1 })
  expect((await host.observe(hung)).state).toBe('paused')
}, 60_000)

it('can be stopped all the same, and is silent no more', async () => {
  const vmId = await host.defineAndStart()
  const pid = pidOf(vmId)
  process.kill(pid, 'SIGSTOP')
  await host.until(vmId, (vm) => vm.silentSince !== null, 20_000)
  await host.run({ kind: 'vm.stop', vmId, vmEpoch: 1 })
  expect(stateOf(vmId)).toMatchObject({ state: 'stopped', run: null, silentSince: null })
  expect(() => process.kill(pid, 0)).toThrow()
  await host.run({ kind: 'vm.start', vmId, vmEpoch: 1 })
  expect(stateOf(vmId)).toMatchObject({ state: 'running', silentSince: null })
}, 60_000)
