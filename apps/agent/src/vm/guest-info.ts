/** What the agent inside the guest tells of it, and the last resort of a shutdown. The guest's words are never trusted. */
import { hasErrorCode } from '@berth/core/errors/app-error'
import type { GuestAddress, GuestInfo } from '@berth/core/vm/vm-observation'
import { GuestAgent, type GuestInterface } from '../qga/guest-agent.ts'
import type { Machine } from './machine.ts'

export interface GuestSighting {
  readonly guest: GuestInfo
  readonly addresses: readonly Pick<GuestAddress, 'mac' | 'ip'>[]
}

/** Undefined when no agent answers. */
export async function readGuest({ paths, spec }: Machine, signal: AbortSignal): Promise<GuestSighting | undefined> {
  using agent = new GuestAgent(paths.guestAgentSocket)
  try {
    await agent.ping({ signal })
    const hostname = await agent.hostName({ signal })
    const os = await agent.osInfo({ signal })
    const interfaces = await agent.networkInterfaces({ signal })
    return {
      guest: {
        isAgentConnected: true,
        hostname,
        osName: os.prettyName ?? null,
        kernel: os.kernelRelease ?? null,
      },
      addresses: ownAddresses(interfaces, new Set(spec.nics.map(({ mac }) => mac))),
    }
  } catch (error) {
    if (hasErrorCode(error, 'GUEST_AGENT_UNAVAILABLE', 'OPERATION_CANCELLED')) return undefined
    throw error
  }
}

/** Of the NICs that Berth gave it: what a guest has inside (containers, tunnels) cannot be reached from here. */
function ownAddresses(interfaces: readonly GuestInterface[], macs: ReadonlySet<string>): { mac: string; ip: string }[] {
  return interfaces.flatMap(({ mac, addresses }) => {
    if (mac === undefined || !macs.has(mac)) return []
    const reachable = addresses.filter(({ ip }) => !ip.toLowerCase().startsWith('fe80:'))
    return reachable.map(({ ip }) => ({ mac, ip }))
  })
}

/** Asks the guest's agent to shut the guest down. Throws GUEST_AGENT_UNAVAILABLE. */
export async function powerOffByAgent({ paths }: Machine): Promise<void> {
  using agent = new GuestAgent(paths.guestAgentSocket)
  await agent.shutdown()
}
