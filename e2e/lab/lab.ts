/**
 * A lab as tests use it: N hosts on one computer, and what happens to them. Either of the test's own (`Lab.open`), or the
 * one that `./berth up --hosts N` made (`Lab.of`).
 */
import { randomBytes } from 'node:crypto'
import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { startPings, type GuestPings } from './guest-pings.ts'
import {
  blockDoors,
  cutBetween,
  cutCable,
  cutOneWay,
  healBetween,
  healCable,
  healEverything,
  slowCable,
  unslowCable,
} from './lab-cables.ts'
import { openLabProxy, type LabProxy } from './lab-proxy.ts'
import { ensureLab, findLab, removeLab } from './lab-network.ts'
import { labIdOf, type LabHostPlan, type LabNet, type LabPlan } from './lab-plan.ts'
import { kill, processesIn, type LabProcess } from './namespaces.ts'
import { inNamespace, run, systemPath } from './network-programs.ts'

const settingsSchema = z.object({ hosts: z.array(z.object({ name: z.string(), namespace: z.string().nullable() })) })

export class Lab implements AsyncDisposable {
  readonly plan: LabPlan
  readonly hosts: readonly LabHost[]
  readonly #dispose: (() => Promise<void>) | undefined

  private constructor(plan: LabPlan, dispose?: () => Promise<void>) {
    this.plan = plan
    this.hosts = plan.hosts.map((host) => new LabHost(plan, host))
    this.#dispose = dispose
  }

  /** A closed one of the test's own; everything that runs in it ends with it. */
  static async open(hosts: readonly string[]): Promise<Lab> {
    const id = randomBytes(4).toString('hex')
    const stateDir = await mkdtemp(join(tmpdir(), 'berth-lab-'))
    const dispose = async (): Promise<void> => {
      await removeLab(id, { keepsBusy: false })
      await rm(stateDir, { recursive: true, force: true })
    }
    try {
      return new Lab(await ensureLab({ id, hosts, stateDir, isClosed: true }), dispose)
    } catch (error) {
      await dispose()
      throw error
    }
  }

  /** That of a Berth which is up, or whose machines run on. Disposing it heals its cables. */
  static async of(dataDir: string): Promise<Lab> {
    const settings: unknown = JSON.parse(await readFile(join(dataDir, 'run/settings.json'), 'utf8'))
    const hosts = settingsSchema.parse(settings).hosts.filter(({ namespace }) => namespace !== null)
    const plan = await findLab(
      labIdOf(dataDir),
      hosts.map(({ name }) => name),
    )
    if (plan === undefined) throw new Error(`the Berth in ${dataDir} has no lab`)
    return new Lab(plan, () => healEverything(plan))
  }

  host(name: string): LabHost {
    const found = this.hosts.find((host) => host.plan.name === name)
    if (found === undefined) throw new Error(`the lab has no host ${name}`)
    return found
  }

  /** Only between these two; until it is healed. */
  async cutBetween(one: string, other: string, net: LabNet = 'management'): Promise<void> {
    await cutBetween(this.plan, [this.host(one).plan, this.host(other).plan], net)
  }

  /** Only what `from` sends to `to`. */
  async cutOneWay(from: string, to: string, net: LabNet = 'management'): Promise<void> {
    await cutOneWay(this.plan, [this.host(from).plan, this.host(to).plan], net)
  }

  /** No new connection from the one to the other but to ports that are known beforehand, as an agent's is. */
  async blockDoors(from: string, to: string, net: LabNet = 'management'): Promise<void> {
    await blockDoors(this.plan, [this.host(from).plan, this.host(to).plan], net)
  }

  /** What `from` sends to that port of `to` goes through the proxy, and neither knows; until it is disposed. */
  async proxyBetween(from: string, to: string, port: number): Promise<LabProxy> {
    return openLabProxy(this.plan, { from: this.host(from).plan, to: this.host(to).plan, port })
  }

  async healBetween(one: string, other: string, net: LabNet = 'management'): Promise<void> {
    await healBetween(this.plan, [this.host(one).plan, this.host(other).plan], net)
  }

  async heal(): Promise<void> {
    await healEverything(this.plan)
  }

  /** Asks a guest for an echo each 10 ms, from the guest network. */
  ping(address: string, everyMs?: number): GuestPings {
    return startPings(this.plan.switchNamespace, address, everyMs)
  }

  /** A client in the guest network: any program, started there. */
  client(argv: readonly string[], options: SpawnOptions = {}): ChildProcess {
    return startIn(this.plan.switchNamespace, argv, options)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#dispose?.()
  }
}

export class LabHost {
  readonly plan: LabHostPlan
  readonly #lab: LabPlan

  constructor(lab: LabPlan, plan: LabHostPlan) {
    this.#lab = lab
    this.plan = plan
  }

  cut = (net: LabNet): Promise<void> => cutCable(this.#lab, this.plan, net)
  heal = (net: LabNet): Promise<void> => healCable(this.#lab, this.plan, net)
  slow = (net: LabNet, bytesPerSecond: number): Promise<void> =>
    slowCable(this.#lab, this.plan, { net, bytesPerSecond })
  unslow = (net: LabNet): Promise<void> => unslowCable(this.#lab, this.plan, net)

  /** Starts a program on the host, as its init would. */
  start(argv: readonly string[], options: SpawnOptions = {}): ChildProcess {
    return startIn(this.plan.namespace, argv, options)
  }

  /** Runs a program on the host to its end, and answers what it printed. */
  run(argv: readonly string[]): Promise<string> {
    return run(inNamespace(this.plan.namespace, argv))
  }

  async qemus(): Promise<LabProcess[]> {
    return (await processesIn(this.plan.namespace)).filter(({ argv }) => argv[0]?.includes('qemu-system') === true)
  }

  /** As a power cut does to its machines, while its agent lives. Answers how many there were. */
  async killQemus(): Promise<number> {
    const all = await this.qemus()
    await Promise.all(all.map((process) => kill(process)))
    return all.length
  }

  /** Its agent's process; undefined while there is none. */
  async agent(): Promise<LabProcess | undefined> {
    const all = await processesIn(this.plan.namespace)
    return all.find(({ argv }) => argv.some((arg) => arg.endsWith('apps/agent/src/main.ts')))
  }

  /** The supervisor starts it again; the answer is the one that died. Throws when none runs. */
  async killAgent(): Promise<LabProcess> {
    const agent = await this.agent()
    if (agent === undefined) throw new Error(`no agent runs on ${this.plan.name}`)
    await kill(agent)
    return agent
  }

  /** Bytes that came to and left the host by that cable, as the switch counts them. */
  async traffic(net: LabNet): Promise<{ toHostBytes: number; fromHostBytes: number }> {
    const table = await run(inNamespace(this.#lab.switchNamespace, ['cat', '/proc/net/dev']))
    const line = table.split('\n').find((text) => text.trim().startsWith(`${this.plan.ports[net]}:`)) ?? ''
    const counters = line
      .slice(line.indexOf(':') + 1)
      .trim()
      .split(/\s+/)
      .map(Number)
    return { toHostBytes: counters[8] ?? 0, fromHostBytes: counters[0] ?? 0 }
  }
}

function startIn(namespace: string, argv: readonly string[], options: SpawnOptions): ChildProcess {
  const [file = '', ...args] = inNamespace(namespace, argv)
  const env = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:${systemPath}`, ...options.env }
  return spawn(file, args, { stdio: 'pipe', ...options, env })
}
