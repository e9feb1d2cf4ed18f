/** The processes that a simulated host has after a restart: those of which the agent's own records say that they run. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { vmIdSchema } from '@berth/core/ids/ids'
import { defaultPoolName } from '@berth/core/storage/volume'
import { z } from 'zod'
import { tapName } from '../network/bridge-plan.ts'
import { buildQemuArgv } from '../qemu/argv.ts'
import { runDirPaths } from '../qemu/run-dir.ts'
import { PoolLayout } from '../storage/pool-layout.ts'
import { readFileIfAny } from '../storage/durable-files.ts'
import { qemuConfigOf } from '../vm/qemu-config-of.ts'
import { runRecordSchema, vmRecordSchema } from '../vm/vm-record.ts'
import { faultsOf } from './sim-fault.ts'
import type { SimHost } from './sim-host.ts'
import { simLoadOf } from './sim-load.ts'
import type { SimMachineFacts, SimRunState } from './sim-machine.ts'
import { seedOf } from './seeded-random.ts'

const namedSchema = z.object({ spec: z.object({ name: z.string() }) })

/** The machine's name in the text of its vm.json. */
export const nameIn = (text: string): string => namedSchema.parse(JSON.parse(text)).spec.name

/** Of a record no more is looked at than a process is made of: there are thousands, and the agent checks each by itself. */
const runningSchema = z.object({
  vmId: vmIdSchema,
  state: z.string(),
  spec: z.object({ name: z.string() }),
  run: runRecordSchema
    .pick({ pid: true, startedAt: true })
    .extend({
      spec: z.object({
        vcpus: z.int(),
        memoryBytes: z.int(),
        disks: z.array(z.unknown()),
        nics: z.array(z.object({ nicId: z.string(), network: z.object({ kind: z.string() }) })),
      }),
    })
    .nullable(),
})

export interface RecordedMachine {
  readonly facts: SimMachineFacts
  readonly state: SimRunState
}

export async function machinesOnRecord(host: SimHost): Promise<RecordedMachine[]> {
  const folder = join(host.place.dataDir, 'vms')
  const names = await readdir(folder).catch(() => {
    // A new host has none.
    return []
  })
  const found = await Promise.all(names.map((name) => machineOnRecord(host, name)))
  return found.filter((machine) => machine !== undefined)
}

async function machineOnRecord(host: SimHost, name: string): Promise<RecordedMachine | undefined> {
  const text = await readFileIfAny(host.recordPath(name))
  const record = text === undefined ? undefined : runningSchema.safeParse(JSON.parse(text)).data
  if (record === undefined || record.run === null) return undefined
  const { vmId, run } = record
  const facts: SimMachineFacts = {
    vmId,
    pid: run.pid,
    runDir: runDirPaths(host.place.runDir, vmId).dir,
    vcpus: run.spec.vcpus,
    memoryBytes: run.spec.memoryBytes,
    startedAtMs: Date.parse(run.startedAt),
    taps: run.spec.nics.filter(({ network }) => network.kind !== 'user').map(({ nicId }) => tapName(nicId)),
    diskCount: Math.max(1, run.spec.disks.length),
    load: simLoadOf(seedOf(vmId)),
    faults: faultsOf(record.spec.name),
    commandLine: () => commandLineOf(host, vmId),
  }
  return { facts, state: record.state === 'paused' ? 'paused' : 'running' }
}

/** As the agent's launcher writes it, but for paths: what of it a guest can see is the same, which is what a move compares. */
async function commandLineOf(host: SimHost, vmId: string): Promise<string[]> {
  const record = vmRecordSchema.parse(JSON.parse((await readFileIfAny(host.recordPath(vmId))) ?? 'null'))
  const spec = record.run?.spec ?? record.spec
  const layout = new PoolLayout(join(host.place.dataDir, 'pools', defaultPoolName))
  const folder = join(host.place.dataDir, 'vms', vmId)
  const { firmware } = spec
  const uefi = {
    kind: 'uefi',
    codePath: join(host.place.dataDir, 'firmware/code.fd'),
    varsPath: join(folder, 'nvram.fd'),
  } as const
  const config = qemuConfigOf({
    ...{ vmId: record.vmId, spec, acceleration: 'kvm' },
    paths: runDirPaths(host.place.runDir, vmId),
    firmware: firmware === 'uefi' ? uefi : { kind: 'bios' },
    isDirect: () => true,
    volumePath: (disk) => layout.volume(record.vmId, disk.volumeId, disk.format),
    imagePath: (imageId) => layout.image(imageId),
    discPath: spec.cdrom?.imageId ? layout.iso(spec.cdrom.imageId) : null,
    backends: spec.nics.map(({ nicId, network }) =>
      network.kind === 'user' ? { kind: 'user' } : { kind: 'tap', ifname: tapName(nicId) },
    ),
    seedDiscPath: spec.cloudInit === null ? null : join(folder, 'seed.iso'),
  })
  return ['qemu-system-x86_64', ...buildQemuArgv(config)]
}
