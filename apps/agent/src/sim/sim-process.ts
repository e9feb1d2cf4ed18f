/**
 * `agent --sim`: one process that is many hosts. Each has its own agent, the real one, with its own folders, certificate and
 * port; below all of them is one simulated hypervisor.
 */
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fleetFiles, fleetPlanSchema, type FleetPlan } from '@berth/core/agent-contract/fleet-plan'
import { startAgent, type Agent, type StartAgentOptions } from '../agent.ts'
import { reachableAs, type AgentConfig } from '../config.ts'
import { agentVersion } from '../http/capabilities.ts'
import { ensureIdentity } from '../http/join-panel.ts'
import { useHypervisor } from '../hypervisor/hypervisor.ts'
import { fileExists } from '../storage/image-store.ts'
import { seedHost } from './seed-host.ts'
import { loadSimConfig, type SimConfig } from './sim-config.ts'
import { bootIdOf, type SimHostPlace } from './sim-host.ts'
import { SimWorld } from './sim-world.ts'

export interface SimFleet extends AsyncDisposable {
  runningCount: () => number
}

/** Hosts that start at once; more would only wait for each other. */
const startsAtOnce = 4

/** Throws what startAgent throws. */
export async function startFleet({ config: base, logger, signal }: StartAgentOptions): Promise<SimFleet> {
  const sim = loadSimConfig(base)
  const names = new Map(sim.hosts.map(({ name, config }) => [config.dataDir, name]))
  const { seed, faultShares } = sim
  const world = new SimWorld({ seed, faultShares, nameOf: (dataDir) => names.get(dataDir) ?? dataDir })
  await using parts = new AsyncDisposableStack()
  parts.use(useHypervisor(world.hypervisor))
  const plan = sim.planPath === undefined ? undefined : await readPlan(sim.planPath)
  if (plan !== undefined) await prepareFleet(sim, plan, { logger, signal })
  const agents: Agent[] = []
  parts.defer(async () => void (await Promise.all(agents.map((agent) => agent[Symbol.asyncDispose]()))))
  await inTurns(sim.hosts, async ({ name, config }) => {
    agents.push(await startAgent({ config, logger: logger.child({ host: name }), signal }))
  })
  const kept = parts.move()
  const runningCount = (): number => agents.reduce((sum, agent) => sum + agent.runningCount(), 0)
  logger.info({ hosts: agents.length, machines: runningCount() }, 'the simulated fleet is ready')
  return { runningCount, [Symbol.asyncDispose]: () => kept.disposeAsync() }
}

const placeOf = ({ seed, faultShares }: SimConfig, name: string, config: AgentConfig): SimHostPlace => ({
  ...{ name, seed, faultShares },
  dataDir: config.dataDir,
  runDir: config.runDir,
})

/** Joins them all, lays out what each begins with, and waits until the panel knows of it. */
async function prepareFleet(
  sim: SimConfig,
  plan: FleetPlan,
  { logger, signal }: Pick<StartAgentOptions, 'logger' | 'signal'>,
): Promise<void> {
  await inTurns([...sim.hosts.entries()], async ([index, { name, config }]) => {
    const { dataDir, panelUrl, joinTokenFile, listen } = config
    const door = { address: reachableAs(config), port: listen.port, agentVersion, logger, signal }
    const { hostId } = await ensureIdentity({ dataDir, panelUrl, joinTokenFile, ...door })
    const place = placeOf(sim, name, config)
    await seedHost({ ...place, plan, hostId, bootId: bootIdOf(place), index, vmCount: sim.vmsPerHost })
  })
  logger.info({ hosts: sim.hosts.length }, 'all hosts have joined; waiting until the panel has their machines')
  await untilFilled(dirname(sim.planPath ?? ''), signal)
}

const lookMs = 250

async function untilFilled(folder: string, signal: AbortSignal): Promise<void> {
  while (!(await fileExists(join(folder, fleetFiles.filled)))) await pause(lookMs, undefined, { signal })
}

const readPlan = async (path: string): Promise<FleetPlan> =>
  fleetPlanSchema.parse(JSON.parse(await readFile(path, 'utf8')))

async function inTurns<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const rest = all.values()
  const workers = Array.from({ length: startsAtOnce }, async () => {
    for (const one of rest) await work(one)
  })
  await Promise.all(workers)
}
