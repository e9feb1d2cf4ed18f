/** Where the hosts of one Berth keep things, as the launcher lays them out and the panel's rows name their pools. */
import { readdir, readFile, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { findProcesses, type HostProcess } from '../faults/host-processes.ts'
import { queryRows } from './panel-rows.ts'

export interface BerthDirs {
  readonly dataDir: string
  /** Of the sockets of all hosts: a directory per host below it. */
  readonly runDir: string
}

export interface CheckedHost {
  readonly name: string
  readonly dataDir: string
  readonly runDir: string
}

/** A directory with volumes; a shared one is one pool of several hosts. */
export interface CheckedPool {
  readonly dir: string
  readonly hosts: ReadonlySet<string>
  readonly names: ReadonlySet<string>
}

export interface QemuProcess extends HostProcess {
  readonly vmId: string
  readonly hostName: string
}

export async function hostsOf({ dataDir, runDir }: BerthDirs): Promise<CheckedHost[]> {
  const names = await listed(join(dataDir, 'hosts'))
  return names.sort().map((name) => ({ name, dataDir: join(dataDir, 'hosts', name), runDir: join(runDir, name) }))
}

const poolRow = z.object({ host: z.string(), name: z.string(), path: z.string() })
const poolsSql = 'SELECT host.name AS host, pool.name, pool.path FROM pool JOIN host ON host.id = pool.host_id'

/** Those that lie below the hosts' data, and those that rows name, each once however many hosts see it. */
export async function poolsOf(dirs: BerthDirs): Promise<CheckedPool[]> {
  const hosts = await hostsOf(dirs)
  const below = await Promise.all(
    hosts.map(async ({ name: host, dataDir }) =>
      (await listed(join(dataDir, 'pools'))).map((name) => ({ host, name, path: join(dataDir, 'pools', name) })),
    ),
  )
  const pools = new Map<string, { dir: string; hosts: Set<string>; names: Set<string> }>()
  for (const { host, name, path } of [...below.flat(), ...(await queryRows(dirs.dataDir, poolRow, [poolsSql, []]))]) {
    const dir = await realpath(path).catch(() => path)
    const pool = pools.get(dir) ?? { dir, hosts: new Set(), names: new Set() }
    pool.hosts.add(host)
    pool.names.add(name)
    pools.set(dir, pool)
  }
  return [...pools.values()]
}

/** Whether a volume of that host and pool lies here. */
export const isIn = (pool: CheckedPool, volume: { host: string | null; pool: string }): boolean =>
  volume.host !== null && pool.hosts.has(volume.host) && pool.names.has(volume.pool)

/** Every QEMU whose sockets lie below the run directory, with the host that they belong to. */
export async function findQemus({ runDir }: BerthDirs): Promise<QemuProcess[]> {
  return (await findProcesses(`${runDir}/`)).flatMap((one) => {
    const vmId = one.argv[one.argv.indexOf('-uuid') + 1]
    const pidFile = one.argv[one.argv.indexOf('-pidfile') + 1] ?? ''
    if (one.argv[0]?.includes('qemu-system') !== true || vmId === undefined) return []
    return pidFile.startsWith(`${runDir}/`)
      ? [{ ...one, vmId, hostName: pidFile.slice(runDir.length + 1).split('/')[0] ?? '' }]
      : []
  })
}

/** The machine that a run directory says it is of; "nobody" without a word in it. */
export async function ownerOfRunDir(path: string): Promise<string> {
  return readFile(join(path, 'vm-id'), 'utf8').catch(() => 'nobody')
}

/** [] for a directory that is not there. */
export async function listed(dir: string): Promise<string[]> {
  return readdir(dir).catch(() => [])
}
