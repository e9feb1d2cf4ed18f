/**
 * The simulated hypervisor of all hosts of this process: who has which process id, socket and port.
 *
 * Owner of its state: the hosts and the numbers that were given out. Invariant: whatever the agent asks for by path belongs
 * to the host in whose folders the path lies, so that hosts know nothing of each other, but for the memory that is sent
 * from one to the other.
 */
import { existsSync } from 'node:fs'
import { appendFile, writeFile } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import type { OnReadOpts } from 'node:net'
import { AppError } from '@berth/core/errors/app-error'
import { TiB } from '@berth/core/units/bytes'
import type { DetachedProcess, SpawnDetachedOptions } from '../exec/spawn-detached.ts'
import type { Hypervisor, HostSocket, Series } from '../hypervisor/hypervisor.ts'
import type { HostProbe } from '../host/probe-host.ts'
import { SeriesFile, type SeriesShape } from '../metrics/series-file.ts'
import { readFileIfAny } from '../storage/durable-files.ts'
import type { Space } from '../storage/pool-space.ts'
import { readArguments, type SimArguments } from './sim-arguments.ts'
import type { SimGround } from './sim-commands.ts'
import { meetDisplay } from './sim-display.ts'
import { faultsOf, type FaultShares, type SimFault } from './sim-fault.ts'
import { simFacts, simProbe } from './sim-host-facts.ts'
import { SimHost, type SimHostPlace } from './sim-host.ts'
import { simLoadOf } from './sim-load.ts'
import { SimMachine, type SimMachineFacts } from './sim-machine.ts'
import { openSimMeter } from './sim-meter.ts'
import { SimMonitor } from './sim-monitor.ts'
import { openSimNetworks } from './sim-networks.ts'
import { SimProcesses } from './sim-processes.ts'
import { meetSerial } from './sim-serial.ts'
import { machinesOnRecord, nameIn } from './sim-records.ts'
import { SimSeries, type SimPast } from './sim-series.ts'
import { SimSocket, type SimPeer } from './sim-socket.ts'
import { runSimTool } from './sim-tools.ts'
import { simQemuVersion } from './sim-version.ts'
import { seededRandom, seedOf } from './seeded-random.ts'

interface Listening {
  readonly machine: SimMachine
  readonly monitor: SimMonitor
  /** Not before: QEMU needs a moment until its sockets are there. */
  readonly fromMs: number
}

const startMs = { least: 15, most: 45, slow: 4_000, failing: 20 }
const firstPid = 4_000_000
const firstPort = 49_152
const sharedSpace: Space = { totalBytes: 400 * TiB, freeBytes: 230 * TiB }
const freeShare = 0.65

export interface SimWorldOptions {
  readonly seed?: number
  readonly faultShares?: FaultShares
  /** By its data directory; default the folder's own name. */
  readonly nameOf?: (dataDir: string) => string
}

export class SimWorld implements SimGround {
  readonly hypervisor: Hypervisor
  readonly #placeOf: (dataDir: string, runDir: string) => SimHostPlace
  readonly #hostsByFolder = new Map<string, SimHost>()
  readonly #processes = new SimProcesses(
    (runDir) => this.#hostsByFolder.get(runDir) ?? this.#hostsByFolder.get(dirname(runDir)),
  )
  readonly #listening = new Map<string, Listening>()
  readonly #ports = new Map<number, SimMachine>()
  readonly #pasts = new Map<string, SimPast>()
  #lastPid = firstPid
  #lastPort = firstPort

  constructor(options: SimWorldOptions = {}) {
    const { seed = 1, faultShares = new Map<SimFault, number>(), nameOf = (dataDir) => basename(dataDir) } = options
    this.#placeOf = (dataDir, runDir) => ({ name: nameOf(dataDir), dataDir, runDir, seed, faultShares })
    this.hypervisor = {
      processes: this.#processes,
      spawn: (options) => this.#spawn(options),
      connect: (path, onread) => this.#connect(path, onread),
      runTool: runSimTool,
      spaceOf: (path) => Promise.resolve(this.#spaceOf(path)),
      openSeries: (path, shape) => this.#openSeries(path, shape),
      openMeter: (hostFolder) => openSimMeter(this.#hostAt(hostFolder)),
      probeHost: ({ machineDirs }) => this.#probe(machineDirs),
      probeAgain: (known) => Promise.resolve(known),
      hostFacts: (probe, extraChecks) => {
        const host = this.#hostOfBoot(probe().bootId)
        return Promise.resolve(() => Promise.resolve(simFacts(host, probe(), extraChecks())))
      },
      openNetworks: openSimNetworks,
    }
  }

  /** A host is there once its agent has looked at it; its processes are those of which its records say that they run. */
  async #probe([dataDir = '', runDir = '']: readonly string[]): Promise<HostProbe> {
    const known = this.#hostsByFolder.get(dataDir)
    if (known !== undefined) return simProbe(known)
    const host = new SimHost(this.#placeOf(dataDir, runDir))
    for (const folder of [dataDir, runDir]) this.#hostsByFolder.set(folder, host)
    for (const { facts, state } of await machinesOnRecord(host)) {
      this.#lastPid = Math.max(this.#lastPid, facts.pid + facts.vcpus)
      this.#begin(host, new SimMachine(facts, state), 0)
    }
    return simProbe(host)
  }

  listenForMemory(machine: SimMachine): number {
    const port = ++this.#lastPort
    this.#ports.set(port, machine)
    void machine.exited.then(() => this.#ports.delete(port))
    return port
  }

  listenerAt(port: number): SimMachine | undefined {
    const machine = this.#ports.get(port)
    return machine?.state === 'inmigrate' ? machine : undefined
  }

  async #spawn({ args, logPath }: SpawnDetachedOptions): Promise<DetachedProcess> {
    const known = readArguments(args)
    const host = this.#hostAt(known.runDir)
    const faults = await faultsHere(host, known.vmId)
    await appendFile(logPath, '', { mode: 0o600 })
    const machine = this.#make(known, { faults, args })
    const problem = startProblem(known, faults)
    const random = seededRandom(seedOf(`${host.place.seed} ${known.vmId} ${machine.facts.pid}`))
    if (problem !== undefined) {
      await appendFile(logPath, `${new Date().toISOString()} qemu-system-x86_64: ${problem}\n`)
      this.#processes.add(machine)
      setTimeout(() => machine.end({ exitCode: 1, signal: null }), startMs.failing)
    } else {
      const readyMs = startMs.least + random() * (startMs.most - startMs.least)
      this.#begin(host, machine, Date.now() + (faults.has('slow-start') ? startMs.slow : readyMs))
      await writeFile(known.pidFile, `${machine.facts.pid}\n`, { mode: 0o600 })
    }
    return { pid: machine.facts.pid, exited: machine.exited }
  }

  #make(known: SimArguments, { faults, args }: { faults: ReadonlySet<SimFault>; args: readonly string[] }): SimMachine {
    // A number for each thread, too.
    const pid = this.#lastPid + 1
    this.#lastPid = pid + known.vcpus
    const load = simLoadOf(seedOf(known.vmId))
    const commandLine = (): Promise<string[]> => Promise.resolve(['qemu-system-x86_64', ...args])
    const { vmId, runDir, vcpus, memoryBytes, taps, diskCount, waitsForMemory } = known
    const facts: SimMachineFacts = {
      ...{ pid, vmId, runDir, vcpus, memoryBytes, taps, diskCount, load, faults, commandLine },
      startedAtMs: Date.now(),
    }
    return new SimMachine(facts, waitsForMemory ? 'inmigrate' : 'prelaunch')
  }

  #begin(host: SimHost, machine: SimMachine, fromMs: number): void {
    const { vmId, runDir, load, memoryBytes, vcpus, startedAtMs } = machine.facts
    host.add(machine)
    this.#processes.add(machine)
    const sinceMs = Math.min(this.#pasts.get(vmId)?.sinceMs ?? startedAtMs, startedAtMs)
    this.#pasts.set(vmId, { load, memoryBytes, vcpus, sinceMs })
    this.#listening.set(runDir, { machine, monitor: new SimMonitor(machine, this), fromMs })
    void machine.exited.then(() => {
      if (this.#listening.get(runDir)?.machine === machine) this.#listening.delete(runDir)
    })
  }

  #connect(path: string, onread: OnReadOpts | undefined): HostSocket {
    const socket = new SimSocket(onread)
    socket.open((client) => this.#meet(path, client))
    return socket
  }

  /** Undefined where nobody listens, as with the guest agent: a simulated guest has none. */
  #meet(path: string, client: SimSocket): SimPeer | undefined {
    const listening = this.#listening.get(dirname(path))
    if (listening === undefined || Date.now() < listening.fromMs) return undefined
    const { machine, monitor } = listening
    switch (basename(path)) {
      case 'qmp':
      case 'qmp-expert':
        return monitor.meet(client)
      case 'serial':
        return meetSerial(machine, client)
      case 'vnc':
        return meetDisplay(machine.facts.vmId, client)
      default:
        return undefined
    }
  }

  #openSeries(path: string, shape: SeriesShape): Series {
    const [resolution, folder, vmId = ''] = path.split('/').reverse()
    const isMachines = folder === 'metrics' && basename(dirname(dirname(dirname(path)))) === 'vms'
    if (resolution === undefined || !isMachines) return new SeriesFile(path, shape)
    return new SimSeries(shape, () => this.#pasts.get(vmId))
  }

  #spaceOf(path: string): Space {
    const host = this.#findHost(path)
    if (host === undefined) return sharedSpace
    const totalBytes = host.hardware.poolBytes
    return { totalBytes, freeBytes: Math.floor(totalBytes * freeShare) }
  }

  #hostAt(path: string): SimHost {
    const host = this.#findHost(path)
    if (host === undefined) throw new AppError('INTERNAL', `${path} is in no simulated host's folders.`)
    return host
  }

  #findHost(path: string): SimHost | undefined {
    for (let folder = path; ; folder = dirname(folder)) {
      const host = this.#hostsByFolder.get(folder)
      if (host !== undefined || folder === dirname(folder)) return host
    }
  }

  #hostOfBoot(bootId: string): SimHost {
    for (const host of this.#hostsByFolder.values()) if (host.bootId === bootId) return host
    throw new AppError('INTERNAL', `There is no simulated host of the boot ${bootId}.`)
  }
}

/** In QEMU's own words, where it has some. */
function startProblem({ machineType, files }: SimArguments, faults: ReadonlySet<SimFault>): string | undefined {
  if (faults.has('fail-start')) return 'Simulated failure: sim-fail-start'
  if (!simQemuVersion.machineTypes.some((known) => known === machineType)) return 'unsupported machine type'
  const missing = files.find((path) => !existsSync(path))
  return missing === undefined ? undefined : `Could not open '${missing}': No such file or directory`
}

/** By the machine's name, and by the host's shares: those always hit the same machines. */
async function faultsHere(host: SimHost, vmId: string): Promise<ReadonlySet<SimFault>> {
  const text = await readFileIfAny(host.recordPath(vmId))
  const faults = new Set(text === undefined ? [] : faultsOf(nameIn(text)))
  for (const [fault, share] of host.place.faultShares) {
    if (seededRandom(seedOf(`${host.place.seed} ${fault} ${vmId}`))() < share) faults.add(fault)
  }
  return faults
}
