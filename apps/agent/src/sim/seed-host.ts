/**
 * The machines that a simulated host begins with, as its agent would have left them on disk: records, disks, and the pool that
 * all hosts share. Done once per host; machines.json says that it was.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fleetFiles, fleetImageOf, fleetMachineSchema, type FleetPlan } from '@berth/core/agent-contract/fleet-plan'
import type { HostId } from '@berth/core/ids/ids'
import { PoolLayout } from '../storage/pool-layout.ts'
import { makeMarker } from '../storage/pool-marker.ts'
import { fileExists } from '../storage/image-store.ts'
import { vmRecordSchema, type VmRecord } from '../vm/vm-record.ts'
import { makeMachine, type MadeMachine } from './make-machine.ts'
import type { SimHostPlace } from './sim-host.ts'
import { startTicksOf } from './sim-stat.ts'
import { writeQcow2 } from './sim-tools.ts'
import { simQemuVersion } from './sim-version.ts'

export interface SeedPlace extends SimHostPlace {
  readonly plan: FleetPlan
  readonly hostId: HostId
  readonly bootId: string
  /** Of this host within the fleet. */
  readonly index: number
  readonly vmCount: number
}

const firstPid = 10_000
/** A process, its threads, and room. */
const pidsPerMachine = 16
const firstUid = 200_000
const firstEpoch = 1

export async function seedHost(place: SeedPlace): Promise<void> {
  const { dataDir, plan, vmCount } = place
  const listPath = join(dataDir, fleetFiles.machines)
  if (await fileExists(listPath)) return
  const layout = await openSharedPool(place)
  const nowMs = Date.now()
  const machines = Array.from({ length: vmCount }, (_, index) =>
    makeMachine({
      ...{ plan, seed: place.seed, hostName: place.name, index, nowMs },
      number: place.index * vmCount + index + 1,
      machineType: simQemuVersion.machineTypes[0],
    }),
  )
  for (const [index, machine] of machines.entries()) await writeMachine(place, { layout, machine, index })
  await writeFile(listPath, JSON.stringify(machines.map((machine) => fleetMachineSchema.parse(machine))))
}

/** As pool.attach leaves it. */
async function openSharedPool({ dataDir, plan, hostId }: SeedPlace): Promise<PoolLayout> {
  const { poolId, name, path } = plan.pool
  await mkdir(path, { recursive: true, mode: 0o755 })
  await makeMarker(path, poolId)
  const layout = new PoolLayout(path, hostId)
  await layout.create()
  const image = fleetImageOf(plan)
  // The same from each host, and whole before it is known.
  await writeQcow2(layout.image(plan.imageId), image.virtualBytes)
  await writeFile(layout.imageFacts(plan.imageId), JSON.stringify(image), { mode: 0o600 })
  const book = { version: 1, pools: [{ poolId, name, path, hostId }] }
  await mkdir(dataDir, { recursive: true, mode: 0o711 })
  await writeFile(join(dataDir, 'pools.json'), JSON.stringify(book), { mode: 0o600 })
  return layout
}

async function writeMachine(
  place: SeedPlace,
  { layout, machine, index }: { layout: PoolLayout; machine: MadeMachine; index: number },
): Promise<void> {
  const { vmId, spec } = machine
  for (const { volumeId, format, sizeBytes } of spec.disks) {
    const path = layout.volume(vmId, volumeId, format)
    await mkdir(dirname(path), { recursive: true, mode: 0o711 })
    await writeQcow2(path, sizeBytes)
    // Not durably, as the agent does it: thousands are written at once, and lost they are made again.
    await writeFile(
      join(layout.vmFolder(vmId), 'owner.json'),
      JSON.stringify({ hostId: place.hostId, epoch: firstEpoch }),
    )
  }
  const folder = join(place.dataDir, 'vms', vmId)
  await mkdir(join(folder, 'logs'), { recursive: true, mode: 0o711 })
  if (spec.firmware === 'uefi') await writeFile(join(folder, 'nvram.fd'), 'Simulated variables.\n', { mode: 0o600 })
  await writeFile(join(folder, 'vm.json'), JSON.stringify(recordOf(place, machine, index)), { mode: 0o600 })
}

function recordOf(place: SeedPlace, machine: MadeMachine, index: number): VmRecord {
  const { vmId, spec, state, startedAtMs } = machine
  const isOff = state === 'stopped'
  const run = {
    runId: vmId,
    pid: firstPid + (place.index * place.vmCount + index) * pidsPerMachine,
    startTicks: startTicksOf(startedAtMs),
    startedAt: new Date(startedAtMs).toISOString(),
    qemuVersion: simQemuVersion.text,
    acceleration: 'kvm',
    specRevision: 1,
    bootId: place.bootId,
    spec,
  }
  return vmRecordSchema.parse({
    ...{ version: 1, vmId, epoch: firstEpoch, generation: 1, specRevision: 1, spec },
    ...{ desiredPower: spec.desiredPower, state, stateSince: new Date(startedAtMs).toISOString() },
    pauseReason: state === 'paused' ? 'user' : null,
    run: isOff ? null : run,
    uid: firstUid + index,
    lastExit: null,
    autostartBootId: null,
  })
}
