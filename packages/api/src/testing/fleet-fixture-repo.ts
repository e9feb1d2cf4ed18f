/** Hosts, images and machines for tests, as rows: the way they stand once an agent has spoken. */
import type { HostFacts } from '@berth/core/host/host'
import { newUuid, vmIdSchema } from '@berth/core/ids/ids'
import { imageHintsSchema } from '@berth/core/image/image'
import { GiB, MiB } from '@berth/core/units/bytes'
import type { VmObservation } from '@berth/core/vm/vm-observation'
import { vmSpecSchema } from '@berth/core/vm/vm-spec'
import type { HeldVmState } from '@berth/core/vm/vm-state'
import type { PrismaClient } from '@berth/prisma/client'

const facts: HostFacts = {
  hostname: 'host',
  osName: 'Debian 12',
  kernel: '6.1',
  architecture: 'x86_64',
  cpuModel: 'test',
  cpuCount: 4,
  memoryBytes: 16 * GiB,
  bootId: 'boot',
  bootedAt: '2026-01-01T00:00:00.000Z',
  isRoot: true,
  qemuVersion: '7.2',
  qemuPath: '/usr/bin/qemu-system-x86_64',
  defaultMachineType: 'pc-q35-7.2',
  machineTypes: ['pc-q35-7.2'],
  acceleration: { kind: 'tcg', reason: 'a test' },
  firmwares: ['bios', 'uefi'],
  networkKinds: ['user', 'nat'],
  nics: [],
  checks: [],
}

export async function addHost(db: PrismaClient, name = 'host-a', port = 1): Promise<string> {
  const id = newUuid()
  const pool = { path: '/nowhere', totalBytes: 100n * BigInt(GiB), freeBytes: 50n * BigInt(GiB) }
  await db.host.create({
    data: {
      id,
      name,
      address: '127.0.0.1',
      port,
      state: 'online',
      facts,
      pools: {
        create: { name: 'default', ...pool, committedBytes: 0n, supportsDirectIo: true, seenAt: new Date() },
      },
    },
  })
  return id
}

export async function addImage(db: PrismaClient, hostId: string, name = 'tiny'): Promise<string> {
  const id = newUuid()
  const source = { kind: 'incoming', fileName: 'tiny.qcow2', checksum: null }
  await db.image.create({
    data: {
      id,
      name,
      source,
      hints: imageHintsSchema.parse({}),
      state: 'ready',
      format: 'qcow2',
      virtualBytes: BigInt(64 * MiB),
      allocatedBytes: BigInt(MiB),
      replicas: { create: { hostId, pool: 'default', state: 'ready' } },
    },
  })
  return id
}

export interface FleetVm {
  readonly name: string
  readonly ownerId: string
  readonly hostId: string
  readonly state?: HeldVmState
  readonly tags?: string[]
  readonly memoryBytes?: number
}

/** A machine that its host has spoken of. */
export async function addVm(db: PrismaClient, vm: FleetVm): Promise<string> {
  const id = newUuid()
  const state = vm.state ?? 'stopped'
  const spec = vmSpecSchema.parse({
    name: vm.name,
    vcpus: 1,
    memoryBytes: vm.memoryBytes ?? 256 * MiB,
    firmware: 'bios',
    machineType: 'pc-q35-7.2',
    hasScreen: true,
    disks: [{ volumeId: newUuid(), pool: 'default', format: 'qcow2', sizeBytes: GiB, source: { kind: 'blank' } }],
    nics: [],
    cloudInit: null,
    desiredPower: 'off',
  })
  const { ownerId, hostId } = vm
  const row = { id, name: vm.name, tags: vm.tags ?? [], ownerId, hostId, spec, lifecycle: 'present' }
  await db.vm.create({ data: row })
  const observed = observationOf(id, state)
  const seen = { hostId, state, stateSince: new Date(observed.stateSince), bootId: 'boot', observed }
  await db.vmObserved.create({ data: { vmId: id, epoch: 1, generation: 1, ...seen } })
  return id
}

function observationOf(vmId: string, state: HeldVmState): VmObservation {
  const at = '2026-01-01T00:00:00.000Z'
  const run = { runId: 'r', pid: 1, startedAt: at, qemuVersion: '7.2', acceleration: 'tcg', specRevision: 1 } as const
  return {
    vmId: vmIdSchema.parse(vmId),
    epoch: 1,
    generation: 1,
    specRevision: 1,
    state,
    stateSince: at,
    pauseReason: null,
    silentSince: null,
    run: state === 'stopped' ? null : run,
    lastExit: null,
    addresses: [{ mac: '52:54:00:00:00:01', ip: '10.90.0.7', source: 'lease' }],
    guest: { isAgentConnected: false, hostname: null, osName: null, kernel: null },
    volumes: [],
  }
}
