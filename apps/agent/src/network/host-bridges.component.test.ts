import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { networkIdSchema, newUuid, nicIdSchema, type NetworkId } from '@berth/core/ids/ids'
import { macOfNic, type NicSpec } from '@berth/core/network/network'
import { describe, expect, it } from 'vitest'
import { runCommand } from '../exec/run-command.ts'
import { TestHost } from '../testing/test-host.ts'
import { tableName, tapName } from './bridge-plan.ts'
import { listHostBridges } from './host-bridges.ts'
import { createNetworks } from './networks.ts'

const run = async (file: string, ...args: string[]): Promise<string> =>
  (await runCommand({ file, args, timeoutMs: 5_000 })).stdout

/** A bridge as an administrator has made it, with an MTU of his choice. */
async function openBridge(mtu: number) {
  const name = `tbr${newUuid().slice(-8)}`
  await run('ip', 'link', 'add', 'name', name, 'type', 'bridge')
  await run('ip', 'link', 'set', name, 'mtu', String(mtu), 'up')
  const [stateDir, strangersDir] = [0, 1].map(() => mkdtempSync(join(tmpdir(), 'berth-net-')))
  const open = (folder = ''): ReturnType<typeof createNetworks> => createNetworks({ stateDir: folder, isRoot: true })
  return {
    name,
    networks: open(stateDir),
    /** As after a kill: another life of the same agent. */
    nextLife: () => open(stateDir),
    stranger: open(strangersDir),
    async [Symbol.asyncDispose]() {
      await run('ip', 'link', 'delete', name)
      for (const folder of [stateDir, strangersDir]) rmSync(folder ?? '', { recursive: true })
    },
  }
}

function nicOn(bridge: string, networkId: NetworkId = networkIdSchema.parse(newUuid())): NicSpec {
  const nicId = nicIdSchema.parse(newUuid())
  return { nicId, mac: macOfNic(nicId), network: { networkId, kind: 'bridge', bridge } }
}

const mtuOf = (link: string): string => readFileSync(`/sys/class/net/${link}/mtu`, 'utf8').trim()
const isOn = (bridge: string, nic: NicSpec): boolean =>
  existsSync(`/sys/class/net/${bridge}/brif/${tapName(nic.nicId)}`)

describe.runIf(process.getuid?.() === 0)("a host's own bridge", () => {
  it('takes a tap with its MTU and rules by MAC, and is left as it was', async () => {
    await using bridge = await openBridge(1400)
    expect(await listHostBridges()).toContain(bridge.name)
    const one = nicOn(bridge.name)
    const other = nicOn(bridge.name, one.network.networkId)
    const table = tableName(one.network.networkId)
    for (const nic of [one, one, other]) {
      expect(await bridge.networks.attach(nic, 65_534)).toEqual({ kind: 'tap', ifname: tapName(nic.nicId) })
    }
    expect(isOn(bridge.name, one)).toBe(true)
    expect([mtuOf(tapName(one.nicId)), mtuOf(bridge.name)]).toEqual(['1400', '1400'])
    const rules = await run('nft', 'list', 'table', 'bridge', table)
    for (const nic of [one, other]) expect(rules).toContain(`"${tapName(nic.nicId)}" ether saddr != ${nic.mac} drop`)

    await bridge.networks.detach(one)
    expect(await run('nft', 'list', 'table', 'bridge', table)).not.toContain(one.mac)
    for (const nic of [one, other]) await bridge.networks.detach(nic)
    expect(await run('nft', 'list', 'tables')).not.toContain(table)
    expect(await bridge.networks.sweep()).toEqual([])
    expect(existsSync(`/sys/class/net/${bridge.name}`)).toBe(true)
  })

  it('a tap that a kill left goes with the next life, one of another agent does not', async () => {
    await using bridge = await openBridge(1500)
    const [left, strange] = [nicOn(bridge.name), nicOn(bridge.name)]
    await bridge.networks.attach(left, 0)
    await bridge.stranger.attach(strange, 0)
    const next = bridge.nextLife()
    expect(await next.sweep()).toEqual([tapName(left.nicId)])
    expect([isOn(bridge.name, left), isOn(bridge.name, strange)]).toEqual([false, true])
    const tables = await run('nft', 'list', 'tables')
    expect(tables).not.toContain(tableName(left.network.networkId))
    expect(tables).toContain(tableName(strange.network.networkId))
    await bridge.stranger.detach(strange)
  })

  it('is named when it is not there, and nothing is made', async () => {
    await using bridge = await openBridge(1500)
    const nic = nicOn('nosuchbridge')
    await expect(bridge.networks.attach(nic, 0)).rejects.toMatchObject({
      code: 'NETWORK_SETUP_FAILED',
      message: 'This host has no bridge "nosuchbridge".',
    })
    expect(existsSync(`/sys/class/net/${tapName(nic.nicId)}`)).toBe(false)
  })

  it('carries a real machine, which is found again by the next agent', { timeout: 60_000 }, async () => {
    await using bridge = await openBridge(1500)
    await using host = await TestHost.open()
    await host.start()
    const nic = nicOn(bridge.name)
    const vmId = await host.defineAndStart({ nics: [nic] })
    await expect.poll(() => readFileSync(`/sys/class/net/${tapName(nic.nicId)}/carrier`, 'utf8').trim()).toBe('1')
    await host.stop()
    await host.start()
    expect(isOn(bridge.name, nic)).toBe(true)
    expect(await run('nft', 'list', 'table', 'bridge', tableName(nic.network.networkId))).toContain(nic.mac)
    await host.run({ kind: 'vm.stop', vmId, vmEpoch: 1 })
    expect(existsSync(`/sys/class/net/${tapName(nic.nicId)}`)).toBe(false)
  })
})
