/**
 * What faults do to a lab's cables: cut, heal, slow. All of it is done in the switch (and, to slow what a host sends, in
 * the host), so that a program in a host sees what it would see of a real network.
 */
import { links, type LabHostPlan, type LabNet, type LabPlan } from './lab-plan.ts'
import { isNamespace, linksIn } from './namespaces.ts'
import { ip, run, runUnlessDone } from './network-programs.ts'

const cutTable = 'lab_cuts'
const innerLinks = { management: links.management, guest: links.uplink } as const

/** Pulls the cable: the host's own link loses its carrier, too. */
export async function cutCable({ switchNamespace }: LabPlan, host: LabHostPlan, net: LabNet): Promise<void> {
  await ip('-n', switchNamespace, 'link', 'set', host.ports[net], 'down')
}

export async function healCable({ switchNamespace }: LabPlan, host: LabHostPlan, net: LabNet): Promise<void> {
  await ip('-n', switchNamespace, 'link', 'set', host.ports[net], 'up')
}

/** The two hosts do not hear each other any more; everybody else hears both. Nobody's link says so. */
export async function cutBetween(plan: LabPlan, pair: readonly [LabHostPlan, LabHostPlan], net: LabNet): Promise<void> {
  await addToSet(plan, 'pairs', pairsOf(pair, net))
}

/** What `from` sends does not reach `to`; it hears all that `to` sends. */
export async function cutOneWay(
  plan: LabPlan,
  [from, to]: readonly [LabHostPlan, LabHostPlan],
  net: LabNet,
): Promise<void> {
  await addToSet(plan, 'pairs', `"${from.ports[net]}" . "${to.ports[net]}"`)
}

/**
 * As a firewall that knows an agent's port and nothing else: `from` opens no connection to `to` on a port that a kernel gives
 * to whoever asks for any. No answer is given; what is open already goes on.
 */
export async function blockDoors(
  plan: LabPlan,
  [from, to]: readonly [LabHostPlan, LabHostPlan],
  net: LabNet,
): Promise<void> {
  await addToSet(plan, 'doors', `"${from.ports[net]}" . "${to.ports[net]}"`)
}

async function addToSet(plan: LabPlan, set: 'pairs' | 'doors', elements: string): Promise<void> {
  const script = `table bridge ${cutTable} {
  set pairs { type ifname . ifname; }
  set doors { type ifname . ifname; }
  chain forward { type filter hook forward priority 0; policy accept; }
}
flush chain bridge ${cutTable} forward
add rule bridge ${cutTable} forward iifname . oifname @pairs drop
add rule bridge ${cutTable} forward tcp dport 32768-65535 tcp flags & (syn | ack) == syn iifname . oifname @doors drop
add element bridge ${cutTable} ${set} { ${elements} }
`
  await inSwitch(plan, ['nft', '-f', '-'], script)
}

export async function healBetween(
  { switchNamespace }: LabPlan,
  pair: readonly [LabHostPlan, LabHostPlan],
  net: LabNet,
): Promise<void> {
  const element = ['nft', 'delete', 'element', 'bridge', cutTable, 'pairs', `{ ${pairsOf(pair, net)} }`]
  await runUnlessDone(['ip', 'netns', 'exec', switchNamespace, ...element], /No such file/)
}

const pairsOf = ([one, other]: readonly [LabHostPlan, LabHostPlan], net: LabNet): string =>
  `"${one.ports[net]}" . "${other.ports[net]}", "${other.ports[net]}" . "${one.ports[net]}"`

/** Lets so much through, each way. What exceeds it waits for 200 ms at most and is dropped then, as a switch does. */
export async function slowCable(
  plan: LabPlan,
  host: LabHostPlan,
  { net, bytesPerSecond }: { net: LabNet; bytesPerSecond: number },
): Promise<void> {
  // A bucket of 20 ms of traffic: the kernel fills it by its tick (4 ms), and a packet must fit in.
  const burst = Math.max(16_384, Math.ceil(bytesPerSecond / 50))
  const shape = ['tbf', 'rate', `${bytesPerSecond * 8}bit`, 'burst', `${burst}`, 'latency', '200ms']
  for (const [namespace, link] of endsOf(plan, host, net)) {
    await run(['tc', '-n', namespace, 'qdisc', 'replace', 'dev', link, 'root', ...shape])
  }
}

export async function unslowCable(plan: LabPlan, host: LabHostPlan, net: LabNet): Promise<void> {
  for (const [namespace, link] of endsOf(plan, host, net)) {
    await runUnlessDone(['tc', '-n', namespace, 'qdisc', 'delete', 'dev', link, 'root'], /handle of zero|No such file/)
  }
}

const endsOf = (plan: LabPlan, host: LabHostPlan, net: LabNet) =>
  [
    [plan.switchNamespace, host.ports[net]],
    [host.namespace, innerLinks[net]],
  ] as const

/** Everything whole and fast again, whatever was done to it; of a lab that is gone, nothing. */
export async function healEverything(plan: LabPlan): Promise<void> {
  if (!(await isNamespace(plan.switchNamespace))) return
  const there = await linksIn(plan.switchNamespace)
  for (const host of plan.hosts) {
    for (const net of ['management', 'guest'] as const) {
      if (!there.has(host.ports[net])) continue
      await healCable(plan, host, net)
      await unslowCable(plan, host, net)
    }
  }
  const remove = ['nft', 'delete', 'table', 'bridge', cutTable]
  await runUnlessDone(['ip', 'netns', 'exec', plan.switchNamespace, ...remove], /No such file/)
}

const inSwitch = ({ switchNamespace }: LabPlan, argv: readonly string[], input: string): Promise<string> =>
  run(['ip', 'netns', 'exec', switchNamespace, ...argv], input)
