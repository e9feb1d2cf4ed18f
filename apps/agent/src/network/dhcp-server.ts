/**
 * One dnsmasq per NAT network. It outlives the agent (guests keep renewing their leases while the agent restarts) and is
 * adopted by its pid file; a process that is not that dnsmasq is never touched.
 */
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '@berth/core/errors/app-error'
import { spawnDetached } from '../exec/spawn-detached.ts'
import { readFileIfAny, removeFile, writeFileDurably } from '../storage/durable-files.ts'
import type { BridgePlan } from './bridge-plan.ts'

export interface DhcpPaths {
  folder: string
  leases: string
  pidFile: string
  log: string
}

export const dhcpPaths = (stateDir: string, bridge: string): DhcpPaths => {
  const folder = join(stateDir, bridge)
  return { folder, leases: join(folder, 'leases'), pidFile: join(folder, 'pid'), log: join(folder, 'dnsmasq.log') }
}

/** Options as argv; nothing of the host's own dnsmasq configuration is read. Pure. */
export function dnsmasqArgs(plan: BridgePlan, paths: DhcpPaths): string[] {
  return [
    '--keep-in-foreground',
    '--conf-file=/dev/null',
    '--user=nobody',
    `--interface=${plan.bridge}`,
    '--except-interface=lo',
    '--bind-interfaces',
    `--dhcp-range=${plan.rangeFirst},${plan.rangeLast},${plan.netmask},12h`,
    '--dhcp-authoritative',
    '--dhcp-no-override',
    `--dhcp-leasefile=${paths.leases}`,
    `--dhcp-option=option:router,${plan.gateway}`,
    '--log-facility=-',
    '--pid-file=',
  ]
}

/** The mark by which a bridge is known to be ours; made before the bridge, so that no kill leaves one without it. */
export async function markBridge(bridge: string, stateDir: string): Promise<void> {
  await mkdir(dhcpPaths(stateDir, bridge).folder, { recursive: true, mode: 0o711 })
}

/** Starts the server unless it runs; after `markBridge`. Throws NETWORK_SETUP_FAILED with its last lines when it ends at once. */
export async function ensureDhcpServer(plan: BridgePlan, stateDir: string): Promise<DhcpPaths> {
  const paths = dhcpPaths(stateDir, plan.bridge)
  if ((await findDhcpServer(plan.bridge, paths)) !== undefined) return paths
  const child = await spawnDetached({ file: 'dnsmasq', args: dnsmasqArgs(plan, paths), logPath: paths.log })
  await writeFileDurably(paths.pidFile, `${child.pid}\n`, 0o600)
  // A wrong option or a taken address ends it within milliseconds; one that has bound its socket stays.
  const early = await Promise.race([child.exited, settle(150)])
  if (early === undefined) return paths
  const lines = (await readFileIfAny(paths.log))?.trim().split('\n').slice(-5) ?? []
  throw new AppError('NETWORK_SETUP_FAILED', `dnsmasq ended at once: ${lines.at(-1) ?? 'no message'}`, {
    details: { lastLines: lines },
  })
}

const settle = (ms: number): Promise<undefined> => new Promise((resolve) => setTimeout(() => resolve(undefined), ms))

/** The pid of this network's server: alive, and by its command line the one we mean. */
async function findDhcpServer(bridge: string, paths: DhcpPaths): Promise<number | undefined> {
  const pid = Number(await readFileIfAny(paths.pidFile))
  if (!Number.isInteger(pid) || pid <= 1) return undefined
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  return commandLine.split('\0').includes(`--interface=${bridge}`) ? pid : undefined
}

/** Leases are kept: a guest that comes back gets its address again. False when none ran. */
export async function stopDhcpServer(bridge: string, stateDir: string): Promise<boolean> {
  const paths = dhcpPaths(stateDir, bridge)
  const pid = await findDhcpServer(bridge, paths)
  if (pid !== undefined) process.kill(pid, 'SIGTERM')
  await removeFile(paths.pidFile)
  return pid !== undefined
}
