/** NICs of a simulated host: a name for each tap, and an address for each MAC, the same on every host. */
import type { NicSpec } from '@berth/core/network/network'
import { tapName } from '../network/bridge-plan.ts'
import type { Networks } from '../network/networks.ts'
import { seedOf } from './seeded-random.ts'

/** A guest asks for its address some time after its start. */
const leaseMs = 1_500

export function openSimNetworks(): Networks {
  const leases = new Map<string, string>()
  const listeners = new Set<() => void>()
  let timer: NodeJS.Timeout | undefined
  const keep = (nic: NicSpec): void => {
    const ip = addressOf(nic)
    if (ip === undefined) return
    leases.set(nic.mac, ip)
    timer ??= setTimeout(() => {
      timer = undefined
      for (const listener of listeners) listener()
    }, leaseMs).unref()
  }
  return {
    attach: (nic) => {
      keep(nic)
      return Promise.resolve(
        nic.network.kind === 'user' ? { kind: 'user' } : { kind: 'tap', ifname: tapName(nic.nicId) },
      )
    },
    adopt: (nic) => {
      keep(nic)
      return Promise.resolve()
    },
    detach: (nic) => {
      leases.delete(nic.mac)
      return Promise.resolve()
    },
    leases: () => leases,
    onLeaseChange: (listener) => void listeners.add(listener),
    sweep: () => Promise.resolve([]),
    dismantle: () => Promise.resolve(),
    close: () => clearTimeout(timer),
  }
}

/** Of a NAT network, where the agent itself gives them; pure. */
export function addressOf({ mac, network }: NicSpec): string | undefined {
  if (network.kind !== 'nat') return undefined
  const [gateway = '', prefix = '24'] = network.gatewayCidr.split('/')
  const bytes = gateway.split('.').map(Number)
  const hostBits = 32 - Number(prefix)
  const base = bytes.reduce((sum, byte) => sum * 256 + byte, 0)
  const subnet = base - (base % 2 ** hostBits)
  // Neither the subnet itself, nor the gateway, nor the broadcast.
  const number = subnet + 2 + (seedOf(mac) % (2 ** hostBits - 3))
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.')
}
