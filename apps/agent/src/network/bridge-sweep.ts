/**
 * Takes away what this data directory's NAT networks left on the host and nobody uses: taps that no process holds, and
 * bridges without a tap, with their DHCP server and rules.
 *
 * What is ours is said by the folders in `stateDir`, which are made before anything else of a bridge: another agent on
 * this computer has another `stateDir` and ids of its own, and is never touched. What is used is said by the kernel (a
 * tap has a carrier while a process holds it), and not by our records: a QEMU that nobody knows keeps its network.
 */
import { readdir } from 'node:fs/promises'
import { isMissing } from '../storage/durable-files.ts'
import { isBridgeName, isTapName, tableOfBridge } from './bridge-plan.ts'
import { stopDhcpServer } from './dhcp-server.ts'
import { isTapHeld, removeLink } from './ip-link.ts'
import { deleteTable } from './nft-tables.ts'

/** Answers what was removed. A bridge that still has a tap, and any tap in `kept`, stay. */
export async function sweepBridges(stateDir: string, kept: ReadonlySet<string>): Promise<string[]> {
  const removed: string[] = []
  for (const bridge of (await namesIn(stateDir)).filter(isBridgeName)) {
    const ports = await namesIn(`/sys/class/net/${bridge}/brif`)
    for (const tap of ports) {
      if (!isTapName(tap) || kept.has(tap) || (await isTapHeld(tap))) continue
      await removeLink(tap)
      removed.push(tap)
    }
    if ((await namesIn(`/sys/class/net/${bridge}/brif`)).length > 0) continue
    if (await removeBridge(bridge, stateDir)) removed.push(bridge)
  }
  return removed
}

/** Idempotent, whatever of it is there. True when there was something. */
export async function removeBridge(bridge: string, stateDir: string): Promise<boolean> {
  const wasServed = await stopDhcpServer(bridge, stateDir)
  const table = tableOfBridge(bridge)
  const hadRules = await Promise.all([deleteTable('inet', table), deleteTable('bridge', table)])
  const hadLink = (await namesIn('/sys/class/net')).includes(bridge)
  await removeLink(bridge)
  return wasServed || hadLink || hadRules.includes(true)
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}
