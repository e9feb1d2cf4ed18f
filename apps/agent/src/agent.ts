/**
 * Makes the agent out of its parts, in the order in which they need each other: lock, host, storage, machines as they
 * are found, then the door. Disposing it lets go of everything but the machines, which run on.
 */
import { chmod } from 'node:fs/promises'
import { join } from 'node:path'
import type { HostSnapshot } from '@berth/core/agent-contract/agent-events'
import type { HostCheck, HostFacts } from '@berth/core/host/host'
import type { Logger } from 'pino'
import type { AgentConfig } from './config.ts'
import { Consoles } from './console/consoles.ts'
import type { AgentContext } from './context.ts'
import { createEventStream } from './events/event-stream.ts'
import { Forecasting } from './forecast/forecasting.ts'
import { createHeartbeat } from './host/background/heartbeat.ts'
import { lockDataDir } from './host/data-lock.ts'
import { hostSnapshot } from './host/host-snapshot.ts'
import type { HostProbe } from './host/probe-host.ts'
import { hypervisor } from './hypervisor/hypervisor.ts'
import { openDoor } from './http/open-door.ts'
import { RefusedCertificates } from './http/refused-certificates.ts'
import { Sampler } from './metrics/sampler.ts'
import { historiesOf } from './migration/histories.ts'
import { Movement } from './migration/movement.ts'
import { MoveStore } from './migration/move-store.ts'
import { sweepNetworks } from './network/sweep-networks.ts'
import { runAgentCommand } from './operations/agent-commands.ts'
import { machineSight } from './operations/machine-sight.ts'
import { Journal } from './operations/journal.ts'
import { StepRunner } from './operations/step-runner.ts'
import { Relocation } from './relocation/relocation.ts'
import { createRunRoot } from './qemu/run-dir.ts'
import { ImageOffers } from './storage/image-offers.ts'
import { createStorage } from './storage/storage.ts'
import { autostart } from './vm/autostart.ts'
import { LastScreens } from './vm/last-screens.ts'
import { consoleFollower, samplerFollower, screensFollower } from './vm/machine-followers.ts'
import { MachineLauncher } from './vm/machine-launcher.ts'
import { openMachines, silenceChecks } from './vm/open-machines.ts'
import { VmRegistry } from './vm/vm-registry.ts'
import { VmStore } from './vm/vm-store.ts'

export interface StartAgentOptions {
  config: AgentConfig
  logger: Logger
  /** Ends what the start waits for: the join, an autostart. */
  signal: AbortSignal
}

export interface Agent extends AsyncDisposable {
  readonly port: number
  readonly context: AgentContext
  /** Machines that are on. */
  runningCount: () => number
}

/** Throws INTERNAL when another agent has the data directory, COMMAND_FAILED without a QEMU, JOIN_REFUSED. */
export async function startAgent({ config, logger, signal }: StartAgentOptions): Promise<Agent> {
  const beganMs = performance.now()
  await using parts = new AsyncDisposableStack()
  const { dataDir, runDir } = config
  parts.use(lockDataDir(dataDir))
  // QEMU's unprivileged users pass through to their disks; what they may not see is 0700 inside.
  await chmod(dataDir, 0o711)
  await createRunRoot(runDir)
  const qemuNotePath = join(dataDir, 'qemu-facts.json')
  let host = await hypervisor().probeHost({
    ...{ acceleration: config.acceleration, machineDirs: [dataDir, runDir], qemuNotePath, signal },
  })
  const storage = await createStorage(config)
  const networks = hypervisor().openNetworks({ stateDir: join(dataDir, 'network'), isRoot: host.isRoot })
  parts.defer(async () => {
    networks.close()
    await sweepNetworks(networks, logger)
  })

  const checks: HostCheck[] = []
  const allChecks = (): HostCheck[] => [...checks, ...silenceChecks(machines), ...movement.checks()]
  const facts = await hypervisor().hostFacts(() => host, allChecks)
  const lookAtHost = async (): Promise<HostFacts> => {
    host = await hypervisor().probeAgain(host, { qemuNotePath, signal })
    return facts()
  }
  const snapshot = (): Promise<HostSnapshot> => hostSnapshot({ facts, machines, storage })
  const events = createEventStream({ snapshot })
  const store = new VmStore(dataDir)
  const { qemuPath, bootId, acceleration, users } = host
  const uefi = (): HostProbe['uefi'] => host.uefi
  const machineHost = { qemuPath, bootId, uefi, acceleration: acceleration.kind, userOf: users.userOf }
  const launcher = new MachineLauncher({ host: machineHost, runRoot: runDir, store, storage, networks, logger })
  const moves = await MoveStore.open(dataDir, logger)
  const machines = new VmRegistry({ store, moves, launcher, logger, publish: events.publish })
  parts.defer(() => machines.letGo())
  const consoles = new Consoles((vmId) => store.folder(vmId).root)
  parts.defer(() => consoles.close())
  const sampler = new Sampler({
    hostFolder: dataDir,
    vmFolder: (vmId) => store.folder(vmId).root,
    everyRounds: config.sampleEveryRounds ?? 1,
    onRound: createHeartbeat({ storage, machines, events, logger, lookAtHost }),
  })
  parts.defer(() => sampler.close())
  const screens = new LastScreens({ fileOf: (vmId) => store.folder(vmId).lastScreen, logger })
  const histories = historiesOf({ consoles, sampler, screens, lastScreenOf: (vmId) => store.folder(vmId).lastScreen })
  const refused = await RefusedCertificates.open(dataDir)
  const movement = new Movement({ config, machines, launcher, store, moves, storage, histories, refused, logger })
  parts.defer(() => movement.close())
  machines.listeners.add(consoleFollower(consoles))
  machines.listeners.add(samplerFollower(sampler, logger))
  machines.listeners.add(screensFollower(screens))

  const journal = await Journal.open(join(dataDir, 'journal', 'steps.jsonl'))
  parts.defer(() => journal.close())
  if (journal.damagedLines > 0) logger.error({ lines: journal.damagedLines }, 'the journal has damaged lines')
  const offers = new ImageOffers(storage.images)
  const relocation = new Relocation({ machines, launcher, storage, logger, limits: config.moveLimits })
  const targets = { storage, machines, store, movement, relocation, offers }
  const steps = new StepRunner({
    ...{ journal, logger, publish: events.publish },
    runCommandStep: (command, run) => runAgentCommand(targets, command, run),
    sightMachine: machineSight(machines, bootId),
  })
  await movement.moveIn.open()
  checks.push(
    ...(await openMachines({ store, registry: machines, launcher, storage, networks, runRoot: runDir, logger })),
  )
  sampler.start()
  await relocation.resume()
  await movement.resume()

  const forecasting = new Forecasting({ machines, dataDir })
  const context = {
    config,
    logger,
    events,
    steps,
    movement,
    forecasting,
    consoles,
    sampler,
    screens,
    facts,
    machines,
    storage,
    offers,
    refused,
  }
  const starting = autostart(machines.all(), { bootId, logger, signal })
  parts.defer(async () => void (await starting))
  const door = await openDoor(context, signal)
  parts.defer(() => door.close())
  // Before the door cuts them.
  parts.defer(() => consoles.dismissViewers())

  const kept = parts.move()
  const runningCount = (): number => machines.running().length
  const { port } = door.address
  const startMs = Math.round(performance.now() - beganMs)
  logger.info({ port, pid: process.pid, machines: runningCount(), startMs }, 'the agent is ready')
  return { port, context, runningCount, [Symbol.asyncDispose]: () => kept.disposeAsync() }
}
