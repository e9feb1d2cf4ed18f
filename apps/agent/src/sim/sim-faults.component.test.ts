/** Failures that are asked for by a machine's name reach the panel in the words that real ones have. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { useHypervisor } from '../hypervisor/hypervisor.ts'
import { TestHost } from '../testing/test-host.ts'
import { SimWorld } from './sim-world.ts'

const vmEpoch = 1
let used: Disposable
let host: TestHost
beforeAll(() => {
  used = useHypervisor(new SimWorld().hypervisor)
})
afterAll(() => used[Symbol.dispose]())
beforeEach(async () => {
  host = await TestHost.open()
  await host.start()
})
afterEach(() => host[Symbol.asyncDispose]())

it('sim-fail-start does not start, and says so', async () => {
  const vmId = await host.define({ name: 'web-sim-fail-start' })
  const started = host.run({ kind: 'vm.start', vmId, vmEpoch })
  await expect(started).rejects.toMatchObject({
    code: 'QEMU_START_FAILED',
    message: expect.stringContaining('sim-fail-start'),
  })
})

it('sim-panic crashes some time after its start, and can be reset', async () => {
  const vmId = await host.defineAndStart({ name: 'sim-panic' })
  const crashed = await host.until(vmId, ({ state }) => state === 'crashed')
  expect(crashed.lastExit).toMatchObject({ reason: 'guest-panic' })
  await host.run({ kind: 'vm.reset', vmId, vmEpoch })
  expect(await host.until(vmId, ({ state }) => state === 'running')).toMatchObject({ run: crashed.run })
})

it('a guest without a fault follows the power button', async () => {
  const vmId = await host.defineAndStart()
  await host.run({ kind: 'vm.shutdown', vmId, vmEpoch, timeoutMs: 10_000 })
  expect(await host.observe(vmId)).toMatchObject({ state: 'stopped', lastExit: { reason: 'guest-shutdown' } })
})
