/**
 * Makes a lab's namespaces, switches and cables, and takes them away. Both are idempotent and begin with a look at what
 * the kernel has, so that a lab that was half made, half removed, or left by a crash is made whole or goes all the same.
 * `./berth up --hosts N` uses it, so it needs Node alone. All of it is root's.
 */
import { access, constants, mkdir, rm } from 'node:fs/promises'
import { randomBytes, randomInt } from 'node:crypto'
import { join } from 'node:path'
import { ensureGuestDhcp } from './guest-dhcp.ts'
import { blockOf, drawBlock, isFreeBlock, links, namespacePrefix, planLab, type LabPlan } from './lab-plan.ts'
import { ensureNamespace, isNamespace, kill, linksIn, namespacesOf, processesIn } from './namespaces.ts'
import { inNamespace, ip, run, systemPath } from './network-programs.ts'
import { closeOutside, openOutside } from './way-outside.ts'

export interface LabWish {
  id: string
  /** In the order in which they came: a host's address is its place in this list, so new ones come last. */
  hosts: readonly string[]
  /** Keeps what the guests' DHCP server remembers. */
  stateDir: string
  /** Whether hosts may reach out through this computer. */
  isClosed: boolean
  /** An address that the lab had; it gets the same again unless somebody else has it by now. */
  formerAddress?: string | undefined
}

/** Why there can be no lab here, in one line; undefined when there can. */
export async function labObstacle(): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return 'only root may make network namespaces'
  for (const program of ['ip', 'dnsmasq', 'nft']) {
    if (!(await hasProgram(program))) return `the program ${program} is missing`
  }
  return probeNamespaces()
}

/** Root of a container has not every right of root: one namespace is made, entered, and taken away. */
async function probeNamespaces(): Promise<string | undefined> {
  const name = `berth-probe-${randomBytes(4).toString('hex')}`
  try {
    await ip('netns', 'add', name)
    await run(inNamespace(name, ['true']))
    return undefined
  } catch (error) {
    const words = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
    return `this computer lets nobody make network namespaces (${words})`
  } finally {
    if ((await namespacesOf(name)).length > 0) await ip('netns', 'delete', name)
  }
}

async function hasProgram(name: string): Promise<boolean> {
  const looks = systemPath.split(':').map((dir) => access(join(dir, name), constants.X_OK))
  return (await Promise.allSettled(looks)).some(({ status }) => status === 'fulfilled')
}

/** The plan of the lab that now stands. Cut links are whole again. */
export async function ensureLab(wish: LabWish): Promise<LabPlan> {
  const plan = planLab(wish.id, await chooseBlock(wish), wish.hosts)
  await mkdir(wish.stateDir, { recursive: true, mode: 0o711 })
  await ensureSwitch(plan)
  for (const host of plan.hosts) await ensureHost(plan, host)
  await ensureGuestDhcp(plan, wish.stateDir)
  await (wish.isClosed ? closeOutside(plan) : openOutside(plan))
  return plan
}

/** The plan of a lab that stands, as its names and addresses say; undefined when there is none. */
export async function findLab(id: string, hosts: readonly string[]): Promise<LabPlan | undefined> {
  const address = await addressOf(planLab(id, '', []).rootLink)
  return address === undefined ? undefined : planLab(id, blockOf(address), hosts)
}

/**
 * Takes the lab away. With `keepsBusy`, hosts in which anything runs stay, and the switches with them, so that machines
 * run on with their addresses; else everything in it is ended. Answers the hosts' namespaces that stayed.
 */
export async function removeLab(id: string, { keepsBusy }: { keepsBusy: boolean }): Promise<string[]> {
  const { switchNamespace, rootLink, outsideTable } = planLab(id, '', [])
  const kept: string[] = []
  for (const namespace of await namespacesOf(namespacePrefix(id))) {
    if (namespace === switchNamespace) continue
    if (keepsBusy && (await processesIn(namespace)).length > 0) kept.push(namespace)
    else await removeNamespace(namespace, [links.management, links.uplink])
  }
  if (kept.length > 0) return kept
  if ((await linksIn(undefined)).has(rootLink)) await ip('link', 'delete', rootLink)
  await removeNamespace(switchNamespace, [])
  await closeOutside({ outsideTable, hosts: [] })
  return kept
}

async function removeNamespace(namespace: string, cables: readonly string[]): Promise<void> {
  for (const process of await processesIn(namespace)) await kill(process)
  // The kernel takes links of a namespace away some time after its name; a new lab must not meet the old one's cables.
  if (await isNamespace(namespace)) {
    const there = await linksIn(namespace)
    for (const link of cables) if (there.has(link)) await ip('-n', namespace, 'link', 'delete', link)
  }
  if ((await namespacesOf(namespace)).includes(namespace)) await ip('netns', 'delete', namespace)
  await rm(join('/etc/netns', namespace), { recursive: true, force: true })
}

async function chooseBlock({ id, formerAddress }: LabWish): Promise<string> {
  const { rootLink } = planLab(id, '', [])
  const standing = await addressOf(rootLink)
  if (standing !== undefined) return blockOf(standing)
  const routes = await ip('-4', 'route', 'show', 'table', 'all')
  const former = formerAddress === undefined ? undefined : blockOf(formerAddress)
  if (former !== undefined && isFreeBlock(former, routes, rootLink)) return former
  const drawn = drawBlock(routes, randomInt)
  if (drawn === undefined)
    throw new Error('No /23 of 10.192.0.0/10 or 198.18.0.0/15 is free of routes on this computer.')
  return drawn
}

async function addressOf(link: string): Promise<string | undefined> {
  const text = await ip('-4', '-o', 'addr', 'show')
  return new RegExp(`^\\d+: ${link} +inet ([0-9.]+)/`, 'm').exec(text)?.[1]
}

async function ensureSwitch(plan: LabPlan): Promise<void> {
  const { switchNamespace: at, rootLink } = plan
  await ensureNamespace(at)
  const there = await linksIn(at)
  for (const bridge of [links.managementSwitch, links.guestSwitch]) {
    if (!there.has(bridge)) await ip('-n', at, 'link', 'add', bridge, 'type', 'bridge', 'forward_delay', '0')
    await ip('-n', at, 'link', 'set', bridge, 'up')
  }
  await ip('-n', at, 'addr', 'replace', `${plan.guestPrefix}.1/24`, 'dev', links.guestSwitch)
  if (!(await linksIn(undefined)).has(rootLink)) {
    await ip('link', 'add', rootLink, 'type', 'veth', 'peer', 'name', links.panelPort, 'netns', at)
  }
  await plug(at, links.panelPort, links.managementSwitch)
  await ip('addr', 'replace', `${plan.panelAddress}/24`, 'dev', rootLink)
  await ip('link', 'set', rootLink, 'up')
}

async function ensureHost(plan: LabPlan, host: LabPlan['hosts'][number]): Promise<void> {
  const { switchNamespace } = plan
  const { namespace, ports } = host
  await ensureNamespace(namespace)
  const there = await linksIn(namespace)
  const cables = [
    [links.management, ports.management, links.managementSwitch],
    [links.uplink, ports.guest, links.guestSwitch],
  ] as const
  for (const [inner, port, bridge] of cables) {
    if (!there.has(inner)) {
      await ip('-n', switchNamespace, 'link', 'add', port, 'type', 'veth', 'peer', 'name', inner, 'netns', namespace)
    }
    await plug(switchNamespace, port, bridge)
    await ip('-n', namespace, 'link', 'set', inner, 'up')
  }
  await ip('-n', namespace, 'addr', 'replace', `${host.address}/24`, 'dev', links.management)
  if (!there.has(links.lan)) {
    await ip('-n', namespace, 'link', 'add', links.lan, 'type', 'bridge', 'forward_delay', '0')
  }
  await plug(namespace, links.uplink, links.lan)
  await ip('-n', namespace, 'link', 'set', links.lan, 'up')
}

async function plug(namespace: string, port: string, bridge: string): Promise<void> {
  await ip('-n', namespace, 'link', 'set', port, 'master', bridge)
  await ip('-n', namespace, 'link', 'set', port, 'up')
}
