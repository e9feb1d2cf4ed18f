/** What lies on the hosts' disks and in their run directories, against rows. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isIn, listed, ownerOfRunDir, type CheckedHost, type CheckedPool, type QemuProcess } from './berth-layout.ts'
import { readDiskFacts } from './disk-facts.ts'
import type { MachineRow, VolumeRow } from './machine-rows.ts'
import { violation, type Violation } from './violation.ts'

/** Folders of machines that are gone or elsewhere, and records of machines that were on their way here. */
export async function folderViolations(host: CheckedHost, living: readonly MachineRow[]): Promise<Violation[]> {
  const here = new Set(living.filter(({ host: owner }) => owner === host.name).map(({ id }) => id))
  const busy = new Set(living.filter(({ is_busy }) => is_busy).map(({ id }) => id))
  const folders = (await listed(join(host.dataDir, 'vms'))).filter((name) => isVmId(name) && !here.has(name))
  const incoming = (await listed(join(host.dataDir, 'moves/incoming'))).filter((name) => !busy.has(name.slice(0, 36)))
  return [
    ...folders.map((name) => violation('I4', `${host.dataDir}/vms/${name} belongs to no machine of ${host.name}`)),
    ...incoming.map((name) => violation('I4', `${host.dataDir}/moves/incoming/${name} waits for a move that is over`)),
  ]
}

const isVmId = (name: string): boolean => /^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(name)

/** Sockets without a process, and run directories whose machine is gone or elsewhere. */
export async function runDirViolations(
  host: CheckedHost,
  living: readonly MachineRow[],
  qemus: readonly QemuProcess[],
): Promise<Violation[]> {
  const here = new Set(living.filter(({ host: owner }) => owner === host.name).map(({ id }) => id))
  const busy = living.some(({ is_busy }) => is_busy)
  const found = await Promise.all(
    (await listed(host.runDir)).map(async (name) => {
      const dir = join(host.runDir, name)
      if (name.startsWith('key-')) return busy ? [] : [violation('I4', `${dir} holds the key of a move that is over`)]
      const vmId = await ownerOfRunDir(dir)
      if (!here.has(vmId)) {
        return [violation('I4', `run directory ${host.name}/${name} belongs to ${vmId}, no machine of ${host.name}`)]
      }
      const hasQemu = qemus.some((qemu) => qemu.vmId === vmId && qemu.hostName === host.name)
      const sockets = hasQemu ? [] : await socketsIn(dir)
      return sockets.map((socket) => violation('I4', `socket ${host.name}/${name}/${socket} has no process`))
    }),
  )
  return found.flat()
}

async function socketsIn(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { withFileTypes: true }).catch(() => [])
  return entries.filter((entry) => entry.isSocket()).map(({ name }) => name)
}

/** Files without a row (I4); rows without a file, or with one that is shorter than its disk (I3). */
export async function volumeViolations(
  pools: readonly CheckedPool[],
  volumes: readonly VolumeRow[],
): Promise<Violation[]> {
  const found = pools.map((pool) =>
    ofPool(
      pool,
      volumes.filter((volume) => isIn(pool, volume)),
    ),
  )
  const lost = volumes
    .filter((volume) => !pools.some((pool) => isIn(pool, volume)))
    .map(({ id, host, pool }) => violation('I3', `row ${id} lies in pool ${pool} of ${host}, which does not exist`))
  return [...(await Promise.all(found)).flat(), ...lost]
}

async function ofPool({ dir }: CheckedPool, rows: readonly VolumeRow[]): Promise<Violation[]> {
  const names = await readdir(join(dir, 'volumes'), { recursive: true }).catch(() => [])
  const files = new Set(names.filter((name) => name.includes('/')))
  const known = new Map(rows.map((row) => [`${row.vm_id ?? ''}/${row.id}.${row.format}`, row]))
  const strays = [...files]
    .filter((name) => /\.(qcow2|raw)(\.|$)/.test(name) && !known.has(name))
    .map((name) => violation('I4', `file ${dir}/volumes/${name} has no row`))
  const unfinished = (await listed(join(dir, 'images'))).filter((name) => name.endsWith('.part'))
  const damaged = [...known].map(async ([name, row]) =>
    files.has(name) ? diskViolations(join(dir, 'volumes', name), row) : [missing(name, row)],
  )
  return [
    ...strays,
    ...unfinished.map((name) => violation('I4', `file ${dir}/images/${name} was never finished`)),
    ...(await Promise.all(damaged)).flat(),
  ]
}

const missing = (name: string, { host }: VolumeRow): Violation => violation('I3', `row ${name} on ${host} has no file`)

async function diskViolations(path: string, row: VolumeRow): Promise<Violation[]> {
  const facts = await readDiskFacts(path, row.format)
  if (facts === undefined) return [violation('I3', `${path} is no ${row.format}`)]
  const short = facts.virtualBytes < row.size_bytes
  return [
    ...(short ? [violation('I3', `${path} has ${facts.virtualBytes} bytes, and its row ${row.size_bytes}`)] : []),
    ...(facts.isBackingMissing ? [violation('I3', `${path} is an overlay of ${facts.backing}, which is gone`)] : []),
  ]
}
