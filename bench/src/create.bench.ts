/**
 * create: from `vm.create` until QEMU says by itself, on its second monitor, that it runs. Against the same QEMU by bare
 * commands, and against `virsh create` of the same guest, overlay included in all three.
 */
import { execFile } from 'node:child_process'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { OperationView } from '@berth/core/operation/operation'
import { openBerthWorld } from './berth/berth-world.ts'
import { QmpWire, statusSchema } from './berth/qmp-wire.ts'
import { BenchReport } from './measure/bench-report.ts'
import { benchEnv } from './measure/env.ts'
import { runRounds } from './measure/rounds.ts'
import { median } from './measure/spread.ts'
import { until } from './measure/started-program.ts'
import { keepSeed, timeBareCreate } from './peers/bare-qemu.ts'
import { libvirtDomain } from './peers/libvirt-domain.ts'
import { openPrivateLibvirt } from './peers/private-libvirt.ts'

const run = promisify(execFile)
const report = new BenchReport('create')
await using berth = await openBerthWorld()
await using libvirt = await openPrivateLibvirt(berth.dir)
const { machines, panel } = berth

const model = await machines.ask(true)
await panel.operationEnd(model.operationId)
const recipe = await keepSeed(
  { argv: await machines.commandLine(model.vmId), runDir: machines.runDir(model.vmId) },
  berth.dir,
)
await machines.remove(model.vmId)

interface Created {
  runningMs: number
  /** Milliseconds of each step of the task; ours only. */
  steps: Record<string, number>
}

async function createByBerth(): Promise<Created> {
  const began = performance.now()
  const { vmId, operationId } = await machines.ask(true)
  const answeredMs = performance.now() - began
  using qmp = await QmpWire.open(join(machines.runDir(vmId), 'qmp-expert'))
  await until('the machine runs', () => isRunning(qmp), { everyMs: 2 })
  const runningMs = performance.now() - began
  const operation = await panel.operationEnd(operationId)
  await machines.remove(vmId)
  return { runningMs, steps: { answered: answeredMs, ...stepTimes(operation) } }
}

async function isRunning(qmp: QmpWire): Promise<true | undefined> {
  return statusSchema.parse(await qmp.command('query-status')).running || undefined
}

function stepTimes({ steps, createdAt, startedAt, endedAt }: OperationView): Record<string, number> {
  const between = (from: string | null, to: string | null): number => Date.parse(to ?? '') - Date.parse(from ?? '')
  const each = steps.map((step) => [step.name, between(step.startedAt, step.endedAt)] as const)
  return { queued: between(createdAt, startedAt), ...Object.fromEntries(each), task: between(createdAt, endedAt) }
}

async function createByVirsh(): Promise<Created> {
  const diskPath = join(libvirt.dir, 'disk.qcow2')
  const xmlPath = join(libvirt.dir, 'domain.xml')
  const domain = libvirtDomain({ name: 'bench', diskPath, vncPath: join(libvirt.dir, 'vnc') })
  await writeFile(xmlPath, domain, { mode: 0o644 })
  const began = performance.now()
  await run('qemu-img', ['create', '-q', '-f', 'qcow2', '-b', blank, '-F', 'qcow2', diskPath, '64M'])
  await libvirt.own(diskPath)
  await libvirt.virsh('create', xmlPath)
  const runningMs = performance.now() - began
  await libvirt.virsh('destroy', 'bench')
  await rm(diskPath)
  return { runningMs, steps: {} }
}

// Berth's own copy of the image is 0600; libvirt's user gets one of the same content that he may read.
const blank = join(libvirt.dir, 'blank.qcow2')
await run('qemu-img', ['create', '-q', '-f', 'qcow2', blank, '64M'])
await libvirt.own(blank)

const runs = await runRounds(
  {
    ours: createByBerth,
    bare: async (): Promise<Created> => ({ runningMs: await timeBareCreate(recipe, berth.dir), steps: {} }),
    virsh: createByVirsh,
  },
  { warmups: 2, rounds: benchEnv.rounds(11) },
)
report.keep('runs', runs)
const running = (name: string): number[] => (runs[name] ?? []).map(({ runningMs }) => runningMs)
const mostOnTopMs = 150
report.compare({
  ...{ case: 'until QEMU runs, against the bare commands', unit: 'ms', ours: running('ours'), peer: running('bare') },
  ...{ hold: `≤ ${mostOnTopMs} ms on top`, holds: (ours, bare) => ours - bare <= mostOnTopMs },
})
report.compare({
  ...{ case: 'until QEMU runs, against virsh create', unit: 'ms', ours: running('ours'), peer: running('virsh') },
  ...{ hold: '< 1×', holds: (_ours, _virsh, ratio) => ratio < 1 },
})
for (const step of Object.keys(runs['ours']?.[0]?.steps ?? {})) {
  const values = (runs['ours'] ?? []).flatMap(({ steps }) => steps[step] ?? [])
  process.stdout.write(`     ${step}: ${median(values).toFixed(0)} ms\n`)
}
await report.write()
