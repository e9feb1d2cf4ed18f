/** What an agent leaves on its host: a network for as long as machines run on it, and then nothing. */
import { readdirSync } from 'node:fs'
import { networkIdSchema, newUuid, nicIdSchema } from '@berth/core/ids/ids'
import { macOfNic } from '@berth/core/network/network'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runCommand } from './exec/run-command.ts'
import { bridgeName, tapName } from './network/bridge-plan.ts'
import { TestHost } from './testing/test-host.ts'

let host: TestHost
beforeAll(async () => {
  host = await TestHost.open()
})
afterAll(() => host[Symbol.asyncDispose]())

const nicId = nicIdSchema.parse(newUuid())
const networkId = networkIdSchema.parse(newUuid())
const names = [bridgeName(networkId), tapName(nicId)]
const gatewayCidr = `10.${210 + (process.pid % 40)}.${process.pid % 250}.1/24`
const nics = [{ nicId, mac: macOfNic(nicId), network: { networkId, kind: 'nat' as const, gatewayCidr } }]

const onHost = async (): Promise<string[]> => {
  const { stdout } = await runCommand({ file: 'nft', args: ['list', 'tables'], timeoutMs: 5_000 })
  const tables = stdout.includes(bridgeName(networkId).slice(3)) ? ['tables'] : []
  return [...readdirSync('/sys/class/net').filter((name) => names.includes(name)), ...tables].sort()
}

it.runIf(process.getuid?.() === 0)(
  'a network stays with its running machine and goes with the last',
  async () => {
    await host.start()
    const vmId = await host.defineAndStart({ nics })
    const all = [...names, 'tables'].sort()
    expect(await onHost()).toEqual(all)
    await host.stop()
    expect(await onHost()).toEqual(all)
    await host.start()
    expect(await onHost()).toEqual(all)
    await host.run({ kind: 'vm.stop', vmId, vmEpoch: 1 })
    await host.stop()
    expect(await onHost()).toEqual([])
    await host.start()
    await host.run({ kind: 'vm.start', vmId, vmEpoch: 1 })
    expect(await onHost()).toEqual(all)
    await host.run({ kind: 'vm.stop', vmId, vmEpoch: 1 })
    await host.stop()
    expect(await onHost()).toEqual([])
  },
  60_000,
)
