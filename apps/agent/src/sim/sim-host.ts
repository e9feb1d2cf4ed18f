/**
 * One simulated computer: what it has, the machines that are on, and their taps.
 *
 * Owner of its state: which processes there are. It keeps nothing on disk of its own: after a restart the processes are
 * those of which the agent's records say that they run, as QEMU's would have lived on.
 */
import { join } from 'node:path'
import { GiB, TiB } from '@berth/core/units/bytes'
import type { FaultShares } from './sim-fault.ts'
import type { SimMachine } from './sim-machine.ts'
import { pickOf, seededRandom, seedOf } from './seeded-random.ts'

export interface SimHostPlace {
  readonly name: string
  /** Absolute, its own. */
  readonly dataDir: string
  readonly runDir: string
  readonly seed: number
  readonly faultShares: FaultShares
}

export interface SimHardware {
  readonly cpuModel: string
  readonly cpuCount: number
  readonly memoryBytes: number
  readonly poolBytes: number
}

const models = [
  { cpuModel: 'Simulated Xeon, 2 sockets of 16 cores', cpuCount: 64 },
  { cpuModel: 'Simulated EPYC, 1 socket of 48 cores', cpuCount: 96 },
  { cpuModel: 'Simulated EPYC, 2 sockets of 32 cores', cpuCount: 128 },
] as const

export class SimHost {
  readonly place: SimHostPlace
  readonly hardware: SimHardware
  readonly bootId: string
  readonly bootedAtMs: number
  /** By run directory. */
  readonly machines = new Map<string, SimMachine>()
  readonly taps = new Map<string, SimMachine>()

  constructor(place: SimHostPlace) {
    this.place = place
    const random = seededRandom(seedOf(`${place.seed} ${place.name}`))
    const memoryBytes = pickOf([512, 768, 1_024], random) * GiB
    this.hardware = { ...pickOf(models, random), memoryBytes, poolBytes: pickOf([8, 12, 16], random) * TiB }
    this.bootId = bootIdOf(place)
    this.bootedAtMs = bootedMs - Math.floor(90 * 86_400_000 * random())
  }

  add(machine: SimMachine): void {
    const { runDir, taps } = machine.facts
    this.machines.set(runDir, machine)
    for (const tap of taps) this.taps.set(tap, machine)
    void machine.exited.then(() => {
      if (this.machines.get(runDir) === machine) this.machines.delete(runDir)
      for (const tap of taps) if (this.taps.get(tap) === machine) this.taps.delete(tap)
    })
  }

  recordPath(vmId: string): string {
    return join(this.place.dataDir, 'vms', vmId, 'vm.json')
  }
}

/** It never boots: what runs goes on when the simulation is started again. */
export const bootIdOf = ({ seed, name }: Pick<SimHostPlace, 'seed' | 'name'>): string => `simulated-${seed}-${name}`

/** Hosts boot before their machines began, and at the same time in each run. */
const bootedMs = Date.UTC(2026, 0, 1)
