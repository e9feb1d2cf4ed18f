/**
 * The host's side of machines' NICs.
 *
 * User-mode NICs need nothing. A NIC on a NAT network gets a tap on the network's bridge, which is made with its DHCP
 * server and nftables rules when the first machine needs it; for bridges of the host's own see host-bridges.ts. Everything
 * is found again by name after a restart of the agent, so nothing is remembered but which taps have which MAC.
 */
import { writeFile } from 'node:fs/promises'
import { watch, type FSWatcher } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '@berth/core/errors/app-error'
import type { NetworkId } from '@berth/core/ids/ids'
import type { NicSpec } from '@berth/core/network/network'
import { readFileIfAny } from '../storage/durable-files.ts'
import { natRules, planBridge, tapName, type BridgePlan, type NatConfig } from './bridge-plan.ts'
import { removeBridge, sweepBridges } from './bridge-sweep.ts'
import { parseLeases } from './dhcp-leases.ts'
import { ensureDhcpServer, markBridge } from './dhcp-server.ts'
import { createHostBridges } from './host-bridges.ts'
import { ensureBridge, ensureTap, openTunDevice, findOverlappingRoute, linkExists, removeLink } from './ip-link.ts'
import { applyRules } from './nft-tables.ts'
import { setupError } from './setup-error.ts'
import { TapGuard } from './tap-guard.ts'

export type NicBackend = { kind: 'user' } | { kind: 'tap'; ifname: string }

export interface Networks {
  /** Ready to be given to QEMU; idempotent. `uid` is the user that QEMU runs as. Throws NETWORK_SETUP_FAILED. */
  attach(nic: NicSpec, uid: number): Promise<NicBackend>
  /** Removes what `attach` made for the NIC; idempotent. */
  detach(nic: NicSpec): Promise<void>
  /** Tells the rules of a machine that was adopted, without touching its tap. */
  adopt(nic: NicSpec): Promise<void>
  /** Leased addresses by MAC. */
  leases(): ReadonlyMap<string, string>
  onLeaseChange(listener: () => void): void
  /**
   * Takes away what no machine uses: for the start, when all machines are adopted, and for the end. Answers what went.
   * Nothing may be attaching meanwhile; `attach` makes again what is needed.
   */
  sweep(): Promise<string[]>
  /** Takes the NAT bridges down, used or not; for tests. */
  dismantle(): Promise<void>
  close(): void
}

interface LiveBridge {
  plan: BridgePlan
  watcher: FSWatcher
  leasesPath: string
  leases: ReadonlyMap<string, string>
  guard: TapGuard
}

/** `stateDir` holds DHCP leases and logs, a folder per bridge. */
export function createNetworks(options: { stateDir: string; isRoot: boolean }): Networks {
  const hostBridges = createHostBridges({ stateDir: join(options.stateDir, 'host-bridges'), isRoot: options.isRoot })
  const bridges = new Map<NetworkId, Promise<LiveBridge>>()
  const opened = new Set<LiveBridge>()
  const listeners = new Set<() => void>()

  const readLeases = async (bridge: LiveBridge): Promise<void> => {
    const text = (await readFileIfAny(bridge.leasesPath)) ?? ''
    bridge.leases = new Map(parseLeases(text).map((lease) => [lease.mac, lease.ip]))
    for (const listener of listeners) listener()
  }

  const open = async (config: NatConfig): Promise<LiveBridge> => {
    if (!options.isRoot)
      throw new AppError(
        'NETWORK_SETUP_FAILED',
        'NAT networks need an agent that runs as root; use user-mode networking.',
      )
    const plan = planBridge(config)
    await refuseOverlap(plan)
    await openTunDevice()
    await markBridge(plan.bridge, options.stateDir)
    await ensureBridge(plan.bridge, plan)
    await writeFile('/proc/sys/net/ipv4/ip_forward', '1')
    await applyRules(natRules(plan))
    const paths = await ensureDhcpServer(plan, options.stateDir)
    const bridge: LiveBridge = {
      plan,
      watcher: watch(paths.folder),
      leasesPath: paths.leases,
      leases: new Map(),
      guard: new TapGuard(plan.table),
    }
    bridge.watcher.on('change', () => void readLeases(bridge))
    await readLeases(bridge)
    opened.add(bridge)
    return bridge
  }

  const bridgeOf = (config: NatConfig): Promise<LiveBridge> => {
    const known = bridges.get(config.networkId)
    if (known !== undefined) return known
    // A failed attempt is forgotten, so that the next start of a machine tries again.
    const opening = open(config).catch((error: unknown) => {
      bridges.delete(config.networkId)
      throw setupError(error)
    })
    bridges.set(config.networkId, opening)
    return opening
  }

  return {
    attach: async (nic, uid) => {
      if (nic.network.kind === 'user') return { kind: 'user' }
      if (nic.network.kind === 'bridge') return { kind: 'tap', ifname: await hostBridges.attach(nic, nic.network, uid) }
      const bridge = await bridgeOf(nic.network)
      const ifname = tapName(nic.nicId)
      try {
        await ensureTap(ifname, bridge.plan.bridge, uid)
        await bridge.guard.add(ifname, nic.mac)
      } catch (error) {
        throw setupError(error)
      }
      return { kind: 'tap', ifname }
    },
    adopt: async (nic) => {
      if (nic.network.kind === 'user' || !(await linkExists(tapName(nic.nicId)))) return
      if (nic.network.kind === 'bridge') return hostBridges.adopt(nic, nic.network)
      const bridge = await bridgeOf(nic.network)
      await bridge.guard.add(tapName(nic.nicId), nic.mac)
    },
    detach: async (nic) => {
      if (nic.network.kind === 'user') return
      if (nic.network.kind === 'bridge') return hostBridges.detach(nic, nic.network)
      const ifname = tapName(nic.nicId)
      await removeLink(ifname)
      const bridge = await bridges.get(nic.network.networkId)?.catch(() => undefined)
      await bridge?.guard.remove(ifname)
    },
    leases: () => {
      const all = new Map<string, string>()
      for (const bridge of opened) for (const [mac, ip] of bridge.leases) all.set(mac, ip)
      return all
    },
    onLeaseChange: (listener) => void listeners.add(listener),
    sweep: async () => {
      if (!options.isRoot) return []
      const kept = new Set([...opened].flatMap(({ guard }) => guard.taps()))
      return [...(await sweepBridges(options.stateDir, kept)), ...(await hostBridges.sweep())]
    },
    dismantle: async () => {
      for (const opening of bridges.values()) {
        const bridge = await opening.catch(() => undefined)
        if (bridge === undefined) continue
        bridge.watcher.close()
        for (const tap of bridge.guard.taps()) await removeLink(tap)
        await removeBridge(bridge.plan.bridge, options.stateDir)
      }
      bridges.clear()
      opened.clear()
    },
    close: () => {
      for (const bridge of opened) bridge.watcher.close()
    },
  }
}

async function refuseOverlap(plan: BridgePlan): Promise<void> {
  const other = await findOverlappingRoute(plan.subnet, plan.bridge)
  if (other === undefined) return
  throw new AppError('NETWORK_SETUP_FAILED', `${plan.subnet} is already routed to ${other} on this host.`, {
    details: { subnet: plan.subnet, device: other },
  })
}
