/** The last picture of a machine on real QEMU, asked over mutual TLS the way the panel asks. */
import { existsSync } from 'node:fs'
import { stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { VmId } from '@berth/core/ids/ids'
import { screenshotSchema, type Screenshot } from '@berth/core/vm/screenshot'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { TestHost } from '../testing/test-host.ts'

let host: TestHost
beforeAll(async () => {
  host = await TestHost.open()
  await host.start()
})
afterAll(async () => {
  await host[Symbol.asyncDispose]()
})

const vmEpoch = 1
const isPng = expect.stringMatching(/^iVBOR/)
const lastSchema = z.object({ screenshot: screenshotSchema.nullable() })
const last = async (vmId: VmId): Promise<Screenshot | null> =>
  lastSchema.parse(await host.calls.query('vm.lastScreenshot', { vmId })).screenshot
const take = async (vmId: VmId): Promise<Screenshot> =>
  screenshotSchema.parse(await host.calls.query('vm.screenshot', { vmId }))
const fileOf = (vmId: VmId): string => join(host.config.dataDir, 'vms', vmId, 'last-screen.json')

it('is taken before a stop, is there after a restart of the agent, and goes with the machine', async () => {
  const vmId = await host.defineAndStart()
  expect(await last(vmId)).toBeNull()
  const askedMs = Date.now()
  await host.run({ kind: 'vm.stop', vmId, vmEpoch })
  const kept = await last(vmId)
  expect(kept).toEqual({ pngBase64: isPng, takenAt: expect.any(String) })
  expect(Date.parse(kept?.takenAt ?? '')).toBeGreaterThanOrEqual(askedMs)
  const { mode, uid } = await stat(fileOf(vmId))
  expect({ mode: mode & 0o777, uid }).toEqual({ mode: 0o600, uid: process.getuid?.() })

  await host.stop()
  await host.start()
  expect(await last(vmId)).toEqual(kept)
  await host.run({ kind: 'vm.undefine', vmId, vmEpoch })
  expect(existsSync(fileOf(vmId))).toBe(false)
  await expect(last(vmId)).rejects.toMatchObject({ code: 'VM_NOT_FOUND' })
})

it('is taken before a guest is asked to shut down', async () => {
  const vmId = await host.defineAndStart()
  const shutdown = host.run({ kind: 'vm.shutdown', vmId, vmEpoch, timeoutMs: 1_000 })
  await expect(shutdown).rejects.toMatchObject({ code: 'GUEST_IGNORED_SHUTDOWN' })
  expect(await last(vmId)).toMatchObject({ pngBase64: isPng })
  await host.run({ kind: 'vm.stop', vmId, vmEpoch })
})

it('is the newest that was looked at when QEMU is killed', async () => {
  const vmId = await host.defineAndStart()
  const [first, second] = await Promise.all([take(vmId), take(vmId)])
  expect(second, 'two readers at once get one picture').toEqual(first)
  const newest = await take(vmId)
  const { run } = await host.observe(vmId)
  process.kill(run?.pid ?? 0, 'SIGKILL')
  await host.until(vmId, (vm) => vm.state === 'crashed')
  expect(await last(vmId)).toEqual(newest)
})

it('is not what somebody put in its place', async () => {
  const vmId = await host.defineAndStart()
  const kept = await take(vmId)
  const { paths } = host.agent.context.machines.require(vmId).requireMachine()
  await symlink(join(paths.dir, 'elsewhere'), paths.screenFile)
  await expect(take(vmId)).rejects.toMatchObject({ code: 'COMMAND_FAILED' })
  expect(await last(vmId)).toEqual(kept)
  expect(await take(vmId), 'the link is gone').toMatchObject({ pngBase64: isPng })

  await writeFile(fileOf(vmId), '{"pngBase64":')
  expect(await last(vmId), 'torn by a power cut').toBeNull()
  await host.run({ kind: 'vm.stop', vmId, vmEpoch })
  expect(await last(vmId)).toMatchObject({ pngBase64: isPng })
})

it('is none of a machine without a screen', async () => {
  const vmId = await host.defineAndStart({ hasScreen: false })
  await host.run({ kind: 'vm.stop', vmId, vmEpoch })
  expect(await last(vmId)).toBeNull()
})
