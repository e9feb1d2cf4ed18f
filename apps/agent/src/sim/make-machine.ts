/** A machine that a simulated host has from the start: the same for the same seed, host and number. Pure. */
import type { FleetMachine, FleetPlan } from '@berth/core/agent-contract/fleet-plan'
import { nicIdSchema, vmIdSchema, volumeIdSchema } from '@berth/core/ids/ids'
import { macOfNic } from '@berth/core/network/network'
import { GiB } from '@berth/core/units/bytes'
import { vmSpecSchema } from '@berth/core/vm/vm-spec'
import { pickOf, seededRandom, seedOf } from './seeded-random.ts'

const purposes = [
  { name: 'web', description: 'Serves the shop’s pages.', vcpus: 2, memoryGiB: 4, diskGiB: 20 },
  { name: 'api', description: 'Answers the apps.', vcpus: 2, memoryGiB: 4, diskGiB: 20 },
  { name: 'db', description: 'Holds one shard of the orders.', vcpus: 4, memoryGiB: 8, diskGiB: 120 },
  { name: 'cache', description: 'Keeps what is asked for often.', vcpus: 1, memoryGiB: 8, diskGiB: 10 },
  { name: 'queue', description: 'Hands work on.', vcpus: 2, memoryGiB: 2, diskGiB: 20 },
  { name: 'worker', description: 'Takes work from the queue.', vcpus: 4, memoryGiB: 4, diskGiB: 40 },
  { name: 'build', description: 'Builds what is merged.', vcpus: 4, memoryGiB: 4, diskGiB: 80 },
  { name: 'desk', description: 'Somebody’s remote desktop.', vcpus: 2, memoryGiB: 4, diskGiB: 40 },
] as const
const stages = ['prod', 'prod', 'prod', 'staging', 'dev'] as const
const teams = ['team-anchor', 'team-buoy', 'team-crane', 'team-dock', 'team-eddy', 'team-fathom'] as const
/** Of a fleet that is looked after: most machines are on. */
const offShare = 0.18
const pausedShare = 0.01
const dayMs = 86_400_000

export interface MadeMachine extends FleetMachine {
  readonly state: 'running' | 'paused' | 'stopped'
  readonly startedAtMs: number
}

export interface MachinePlace {
  readonly plan: FleetPlan
  readonly seed: number
  readonly hostName: string
  /** Within the host. */
  readonly index: number
  /** Within the fleet: what its name ends with. */
  readonly number: number
  readonly machineType: string
  readonly nowMs: number
}

export function makeMachine({ plan, seed, hostName, index, number, machineType, nowMs }: MachinePlace): MadeMachine {
  const words = `${seed} ${hostName} ${index}`
  const random = seededRandom(seedOf(words))
  const purpose = pickOf(purposes, random)
  const stage = pickOf(stages, random)
  const ageMs = Math.floor((1 + 400 * random()) * dayMs)
  const startedAtMs = nowMs - Math.floor(Math.min(ageMs, (1 + 60 * random()) * dayMs))
  const chance = random()
  const state = chance < offShare ? 'stopped' : chance < offShare + pausedShare ? 'paused' : 'running'
  const idOf = (what: string): string => uuidOf(`${words} ${what}`, nowMs - ageMs)
  const nicId = nicIdSchema.parse(idOf('nic'))
  const spec = vmSpecSchema.parse({
    name: `${purpose.name}-${String(number).padStart(5, '0')}`,
    vcpus: purpose.vcpus,
    memoryBytes: purpose.memoryGiB * GiB,
    firmware: random() < 0.3 ? 'uefi' : 'bios',
    machineType,
    hasScreen: true,
    disks: [
      {
        volumeId: volumeIdSchema.parse(idOf('disk')),
        pool: plan.pool.name,
        format: 'qcow2',
        sizeBytes: purpose.diskGiB * GiB,
        source: { kind: 'blank' },
      },
    ],
    nics: [{ nicId, mac: macOfNic(nicId), network: { kind: 'nat', ...plan.network } }],
    cloudInit: null,
    desiredPower: state === 'stopped' ? 'off' : 'on',
  })
  return {
    vmId: vmIdSchema.parse(idOf('vm')),
    description: purpose.description,
    tags: [stage, pickOf(teams, random)],
    createdAt: new Date(nowMs - ageMs).toISOString(),
    spec,
    state,
    startedAtMs,
  }
}

/** A UUID of version 7, with its time and bits that follow from the words. */
export function uuidOf(words: string, timeMs: number): string {
  const random = seededRandom(seedOf(words))
  const digits = (count: number): string =>
    Array.from({ length: count }, () => Math.floor(16 * random()).toString(16)).join('')
  const time = Math.floor(timeMs).toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${digits(3)}-8${digits(3)}-${digits(12)}`
}
