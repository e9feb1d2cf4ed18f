/** What lies about in an agent's folders after kills, tidiers and bad disks must cost nobody his machine or his disk. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { newUuid } from '@berth/core/ids/ids'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { scanProcesses } from './qemu/process-identity.ts'
import { runDirPaths } from './qemu/run-dir.ts'
import { TestHost } from './testing/test-host.ts'

let host: TestHost
beforeEach(async () => {
  host = await TestHost.open()
  await host.start()
})
afterEach(() => host[Symbol.asyncDispose]())

const images = () => join(host.config.dataDir, 'pools', 'default', 'images')

it('finds a machine whose pid file is gone, and starts no second QEMU', async () => {
  const vmId = await host.defineAndStart()
  const { run } = await host.observe(vmId)
  await host.stop()
  rmSync(runDirPaths(host.config.runDir, vmId).pidFile)
  await host.start()
  expect(await host.observe(vmId)).toMatchObject({ state: 'running', run: { pid: run?.pid } })
  await host.run({ kind: 'vm.start', vmId, vmEpoch: 1 })
  expect(await scanProcesses(host.config.runDir)).toHaveLength(1)
  await host.run({ kind: 'vm.stop', vmId, vmEpoch: 1 })
  expect(await scanProcesses(host.config.runDir)).toEqual([])
})

it('starts with a record that cannot be read, leaves it, and removes no image that it may need', async () => {
  const well = await host.define()
  await host.stop()
  const broken = join(host.config.dataDir, 'vms', newUuid())
  mkdirSync(join(broken, 'vm.json'), { recursive: true })
  const base = join(images(), `${newUuid()}.qcow2`)
  writeFileSync(base, 'what an overlay may read')
  await host.start()
  expect((await host.observe(well)).state).toBe('stopped')
  expect((await host.agent.context.facts()).checks).toContainEqual(
    expect.objectContaining({ name: 'machine records', status: 'failed' }),
  )
  expect(readFileSync(base, 'utf8')).toContain('overlay')
  await host.stop()
  rmSync(broken, { recursive: true })
  await host.start()
  expect(() => readFileSync(base)).toThrow()
})

it('tells all else when the facts of an image are damaged', async () => {
  const vmId = await host.define()
  writeFileSync(join(images(), `${newUuid()}.json`), '{"half":')
  writeFileSync(join(images(), 'notes.json'), '{}')
  expect(await host.calls.query('host.snapshot')).toMatchObject({ vms: [{ vmId }], images: [] })
})
