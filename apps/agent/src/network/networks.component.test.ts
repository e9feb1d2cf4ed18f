import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { networkIdSchema, newUuid, nicIdSchema } from '@berth/core/ids/ids'
import { macOfNic, type NicSpec } from '@berth/core/network/network'
import { describe, expect, it } from 'vitest'
import { runCommand } from '../exec/run-command.ts'
import { bridgeName, tapName } from './bridge-plan.ts'
import { dhcpPaths } from './dhcp-server.ts'
import { createNetworks } from './networks.ts'

const isRoot = process.getuid?.() === 0

function natNic(networkId = networkIdSchema.parse(newUuid()), gatewayCidr = randomGateway()): NicSpec {
  const nicId = nicIdSchema.parse(newUuid())
  return { nicId, mac: macOfNic(nicId), network: { networkId, kind: 'nat', gatewayCidr } }
}

function randomGateway(): string {
  const octet = (): number => Math.floor(Math.random() * 250)
  return `10.${100 + (octet() % 100)}.${octet()}.1/24`
}

/** Networks in a state folder of their own; everything made on the host is taken down again. */
function openNetworks() {
  const stateDir = mkdtempSync(join(tmpdir(), 'berth-net-'))
  const networks = createNetworks({ stateDir, isRoot: true })
  return {
    stateDir,
    networks,
    async [Symbol.asyncDispose]() {
      await networks.dismantle()
      rmSync(stateDir, { recursive: true })
    },
  }
}

const nftTables = async (): Promise<string> =>
  (await runCommand({ file: 'nft', args: ['list', 'tables'], timeoutMs: 5_000 })).stdout

/** A process that has the tap open, as QEMU has. */
function holdTap(name: string): Disposable {
  const netdev = `tap,id=n,ifname=${name},script=no,downscript=no`
  const args = ['-M', 'none', '-display', 'none', '-nodefaults', '-S', '-netdev', netdev]
  const child = spawn('qemu-system-x86_64', args, { stdio: 'ignore' })
  return { [Symbol.dispose]: () => void child.kill('SIGKILL') }
}

const carrierOf = (name: string): string => readFileSync(`/sys/class/net/${name}/carrier`, 'utf8').trim()

describe.runIf(isRoot)('NAT networks', () => {
  it('makes bridge, tap, DHCP server and rules, and takes all of it down', async () => {
    const nic = natNic()
    const bridge = bridgeName(nic.network.networkId)
    {
      await using opened = openNetworks()
      expect(await opened.networks.attach(nic, 65_534)).toEqual({ kind: 'tap', ifname: tapName(nic.nicId) })
      expect(await opened.networks.attach(nic, 65_534)).toEqual({ kind: 'tap', ifname: tapName(nic.nicId) })
      expect(existsSync(`/sys/class/net/${bridge}/brif/${tapName(nic.nicId)}`)).toBe(true)
      expect(readFileSync(`/sys/class/net/${bridge}/address`, 'utf8')).toMatch(/^0a:/)
      expect(await nftTables()).toContain(`inet berth_`)
      const pid = readFileSync(dhcpPaths(opened.stateDir, bridge).pidFile, 'utf8').trim()
      expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).toContain(bridge)
      await opened.networks.detach(nic)
      await opened.networks.detach(nic)
      expect(existsSync(`/sys/class/net/${tapName(nic.nicId)}`)).toBe(false)
    }
    expect(existsSync(`/sys/class/net/${bridge}`)).toBe(false)
    expect(await nftTables()).not.toContain(bridge.slice(3))
  })

  it('adopts the DHCP server of an earlier agent instead of starting a second', async () => {
    await using opened = openNetworks()
    const nic = natNic()
    await opened.networks.attach(nic, 65_534)
    const { pidFile } = dhcpPaths(opened.stateDir, bridgeName(nic.network.networkId))
    const pid = readFileSync(pidFile, 'utf8')
    const again = createNetworks({ stateDir: opened.stateDir, isRoot: true })
    await again.adopt(nic)
    expect(readFileSync(pidFile, 'utf8')).toBe(pid)
    again.close()
  })

  it('sweeps what nobody uses of its own, keeps what a process holds, and touches nothing of another agent', async () => {
    await using opened = openNetworks()
    await using stranger = openNetworks()
    const [held, idle, strange] = [natNic(), natNic(), natNic()]
    for (const nic of [held, idle]) await opened.networks.attach(nic, 0)
    await stranger.networks.attach(strange, 0)
    using _holder = holdTap(tapName(held.nicId))
    await expect.poll(() => carrierOf(tapName(held.nicId))).toBe('1')

    // As after a kill: another agent's life knows neither of them.
    const next = createNetworks({ stateDir: opened.stateDir, isRoot: true })
    const removed = await next.sweep()
    const gone = [tapName(idle.nicId), bridgeName(idle.network.networkId)]
    expect(removed.toSorted()).toEqual(gone.toSorted())
    const links = readdirSync('/sys/class/net')
    for (const nic of [held, strange])
      expect(links).toEqual(expect.arrayContaining([tapName(nic.nicId), bridgeName(nic.network.networkId)]))
    for (const name of gone) expect(links).not.toContain(name)
    const tables = await nftTables()
    expect(tables).not.toContain(bridgeName(idle.network.networkId).slice(3))
    expect(tables).toContain(bridgeName(held.network.networkId).slice(3))
    expect(existsSync(dhcpPaths(opened.stateDir, bridgeName(idle.network.networkId)).pidFile)).toBe(false)
    // It can be used again, with the leases that it had.
    expect(await next.attach(idle, 0)).toEqual({ kind: 'tap', ifname: tapName(idle.nicId) })
    // A machine of this life that is about to start has a tap that nobody holds yet.
    expect(await next.sweep()).toEqual([])
    await next.detach(idle)
    expect(await next.sweep()).toEqual([bridgeName(idle.network.networkId)])
    next.close()
  })

  it('sweeps a bridge that a kill left half made', async () => {
    await using opened = openNetworks()
    const bridge = bridgeName(networkIdSchema.parse(newUuid()))
    mkdirSync(dhcpPaths(opened.stateDir, bridge).folder)
    await runCommand({ file: 'ip', args: ['link', 'add', 'name', bridge, 'type', 'bridge'], timeoutMs: 5_000 })
    expect(await opened.networks.sweep()).toEqual([bridge])
    expect(existsSync(`/sys/class/net/${bridge}`)).toBe(false)
    expect(await opened.networks.sweep()).toEqual([])
  })

  it('refuses a subnet that is routed elsewhere on this host, and names the device', async () => {
    await using opened = openNetworks()
    const first = natNic()
    await opened.networks.attach(first, 65_534)
    if (first.network.kind !== 'nat') throw new Error('a NAT network was made')
    const second = natNic(networkIdSchema.parse(newUuid()), first.network.gatewayCidr)
    await expect(opened.networks.attach(second, 65_534)).rejects.toMatchObject({
      code: 'NETWORK_SETUP_FAILED',
      details: { device: bridgeName(first.network.networkId) },
    })
  })
})

it('says that NAT needs root', async () => {
  const networks = createNetworks({ stateDir: '/nonexistent', isRoot: false })
  await expect(networks.attach(natNic(), 1_000)).rejects.toMatchObject({ code: 'NETWORK_SETUP_FAILED' })
})
