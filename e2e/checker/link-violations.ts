/** Taps and control groups without a machine that is on. */
import { readFile, readdir, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { findProcesses } from '../faults/host-processes.ts'
import type { CheckedHost, QemuProcess } from './berth-layout.ts'
import { isOn, type MachineRow } from './machine-rows.ts'
import { violation, type Violation } from './violation.ts'

/** Somebody whose network the host's taps are in: its agent, or one of its QEMUs. */
async function witnessOf(host: CheckedHost, qemus: readonly QemuProcess[]): Promise<number> {
  const own = qemus.find(({ hostName }) => hostName === host.name)
  if (own) return own.pid
  const [agent] = await findProcesses(`BERTH_AGENT_DATA=${host.dataDir}`)
  return agent?.pid ?? process.pid
}

/**
 * In a network that only this host has, each tap must belong to a machine that is on there. In one that it shares, as
 * without a lab, taps of other installations stand beside, so only those of known machines are judged.
 */
export async function linkViolations(
  hosts: readonly CheckedHost[],
  machines: readonly MachineRow[],
  qemus: readonly QemuProcess[],
): Promise<Violation[]> {
  const ownNetwork = await readlink('/proc/self/ns/net')
  const seen = new Map<string, { names: Set<string>; hosts: string[] }>()
  for (const host of hosts) {
    const pid = await witnessOf(host, qemus)
    const network = await readlink(`/proc/${pid}/ns/net`).catch(() => ownNetwork)
    const known = seen.get(network)
    if (known) known.hosts.push(host.name)
    else seen.set(network, { names: await linksOf(pid), hosts: [host.name] })
  }
  return [...seen].flatMap(([network, { names, hosts: here }]) => {
    const taps = [...names].filter((name) => name.startsWith('btap'))
    const owners = new Map(machines.flatMap((one) => one.nics.map(({ nicId }) => [tapOf(nicId), one] as const)))
    return taps.flatMap((tap) => {
      const owner = owners.get(tap)
      if (!owner) return network === ownNetwork ? [] : [violation('I4', `${tap} on ${here.join()} is of no machine`)]
      const isRight = isOn(owner) && owner.host !== null && here.includes(owner.host)
      return isRight ? [] : [violation('I4', `${tap} stays on ${here.join()} of ${owner.id}`)]
    })
  })
}

export const tailOf = (id: string): string => id.replaceAll('-', '').slice(-10)
export const tapOf = (nicId: string): string => `btap${tailOf(nicId)}`

/** Of the network that the process is in. */
export async function linksOf(pid: number): Promise<Set<string>> {
  const table = await readFile(`/proc/${pid}/net/dev`, 'utf8').catch(() => '')
  return new Set(table.split('\n').flatMap((line) => /^\s*([^\s:|]+):/.exec(line)?.[1] ?? []))
}

/** Groups that name a machine without a QEMU; `root` is where the kernel shows them. */
export async function cgroupViolations(qemus: readonly QemuProcess[], root = '/sys/fs/cgroup'): Promise<Violation[]> {
  const machine = /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/
  return (await berthGroups(root)).flatMap((path) => {
    const vmId = machine.exec(path)?.[0]
    return vmId === undefined || qemus.some((qemu) => qemu.vmId === vmId)
      ? []
      : [violation('I4', `control group ${path} is of ${vmId}, which has no QEMU`)]
  })
}

/** Below a folder named after Berth, in the one tree of version 2 or in each controller's of version 1. */
async function berthGroups(root: string): Promise<string[]> {
  const top = await foldersIn(root)
  const second = (await Promise.all(top.map((name) => foldersIn(join(root, name))))).flatMap((names, index) =>
    names.map((name) => join(top[index] ?? '', name)),
  )
  const ours = [...top, ...second].filter((path) => /(^|\/)berth[^/]*$/.test(path))
  const below = await Promise.all(
    ours.map(async (path) => (await foldersIn(join(root, path))).map((name) => join(path, name))),
  )
  return [...ours, ...below.flat()]
}

async function foldersIn(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { withFileTypes: true }).catch(() => [])
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
}
