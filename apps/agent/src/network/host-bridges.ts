/**
 * NICs on bridges of the host's own: its administrator made them, others use them, so Berth neither makes nor deletes nor
 * configures one, and puts taps on them only. Which taps are this agent's is said by a file each in `stateDir`, made before
 * the tap, so that a kill leaves none that nobody knows; another agent's taps on the same bridge are never touched.
 *
 * State: per network the guard of its taps.
 */
import { access, mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '@berth/core/errors/app-error'
import type { NetworkId } from '@berth/core/ids/ids'
import type { NetworkConfig, NicSpec } from '@berth/core/network/network'
import { isMissing, readFileIfAny, removeFile, writeFileDurably } from '../storage/durable-files.ts'
import { isBridgeName, isTapName, tableName, tapName } from './bridge-plan.ts'
import { ensureTap, isTapHeld, openTunDevice, removeLink } from './ip-link.ts'
import { deleteTable } from './nft-tables.ts'
import { setupError } from './setup-error.ts'
import { TapGuard } from './tap-guard.ts'

type BridgeConfig = Extract<NetworkConfig, { kind: 'bridge' }>

/** Each idempotent; see `Networks`, which they are a part of. */
export interface HostBridges {
  /** The tap's name. Throws NETWORK_SETUP_FAILED, for a bridge that is not there with its name. */
  attach(nic: NicSpec, network: BridgeConfig, uid: number): Promise<string>
  adopt(nic: NicSpec, network: BridgeConfig): Promise<void>
  detach(nic: NicSpec, network: BridgeConfig): Promise<void>
  /** Removes this agent's taps that no machine and no process has. */
  sweep(): Promise<string[]>
}

export function createHostBridges({ stateDir, isRoot }: { stateDir: string; isRoot: boolean }): HostBridges {
  const guards = new Map<NetworkId, TapGuard>()
  const guardOf = (networkId: NetworkId): TapGuard => {
    const guard = guards.get(networkId) ?? new TapGuard(tableName(networkId))
    guards.set(networkId, guard)
    return guard
  }
  const mark = (tap: string): string => join(stateDir, tap)

  const attach: HostBridges['attach'] = async (nic, { networkId, bridge }, uid) => {
    if (!isRoot) throw new AppError('NETWORK_SETUP_FAILED', `Bridge "${bridge}" needs an agent that runs as root.`)
    if (!(await isBridge(bridge))) {
      const message = `This host has no bridge "${bridge}".`
      throw new AppError('NETWORK_SETUP_FAILED', message, { details: { bridge } })
    }
    const tap = tapName(nic.nicId)
    try {
      await openTunDevice()
      await mkdir(stateDir, { recursive: true, mode: 0o700 })
      await writeFileDurably(mark(tap), networkId, 0o600)
      await ensureTap(tap, bridge, uid)
      await guardOf(networkId).add(tap, nic.mac)
    } catch (error) {
      throw setupError(error)
    }
    return tap
  }

  return {
    attach,
    adopt: async (nic, { networkId }) => {
      await guardOf(networkId).add(tapName(nic.nicId), nic.mac)
    },
    detach: async (nic, { networkId }) => {
      const tap = tapName(nic.nicId)
      await removeLink(tap)
      await guardOf(networkId).remove(tap)
      await removeFile(mark(tap))
    },
    sweep: async () => {
      const known = new Set([...guards.values()].flatMap((guard) => guard.taps()))
      const removed: string[] = []
      const [left, gone] = [new Set<string | undefined>(), new Set<string>()]
      for (const tap of (await namesIn(stateDir)).filter(isTapName)) {
        const networkId = await readFileIfAny(mark(tap))
        if (known.has(tap) || (await isTapHeld(tap))) {
          left.add(networkId)
          continue
        }
        await removeLink(tap)
        await removeFile(mark(tap))
        removed.push(tap)
        if (networkId !== undefined) gone.add(networkId)
      }
      for (const networkId of gone) if (!left.has(networkId)) await deleteTable('bridge', tableName(networkId))
      return removed
    },
  }
}

/** Bridges that machines can be put on: all but those that Berth made for its NAT networks. */
export async function listHostBridges(): Promise<string[]> {
  const names = (await namesIn(root)).filter((name) => !isBridgeName(name)).sort()
  const verdicts = await Promise.all(names.map(isBridge))
  return names.filter((_name, index) => verdicts[index])
}

const root = '/sys/class/net'

const isBridge = (name: string): Promise<boolean> =>
  access(join(root, name, 'bridge')).then(
    () => true,
    () => false,
  )

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}
