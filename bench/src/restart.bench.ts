/**
 * restart: the agent is killed (SIGKILL) with 50 machines on, started again, and has adopted them all when it says that it
 * is ready. Timed from the outside: from the start of its process to that line, and to the panel's seeing the host online
 * again. The peer is libvirtd, killed and started with as many domains, until `virsh list` shows them all.
 */
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { openBerthWorld } from './berth/berth-world.ts'
import { QmpWire, statusSchema } from './berth/qmp-wire.ts'
import { BenchReport } from './measure/bench-report.ts'
import { benchEnv } from './measure/env.ts'
import { runRounds } from './measure/rounds.ts'
import { until } from './measure/started-program.ts'
import { libvirtDomain } from './peers/libvirt-domain.ts'
import { openPrivateLibvirt } from './peers/private-libvirt.ts'

const run = promisify(execFile)
const machineCount = benchEnv.machines(50)
const report = new BenchReport('restart')
await using berth = await openBerthWorld()
await using libvirt = await openPrivateLibvirt(berth.dir)
const vmIds = await berth.machines.createMany(machineCount, true)
const domainNames = Array.from({ length: machineCount }, (_, index) => `bench-${index}`)
for (const name of domainNames) await createPausedDomain(name)

interface Run {
  readyMs: number
  /** Until the panel shows the host online and every machine as it was; ours only. */
  seenMs: number
}

const readySchema = z.object({ msg: z.literal('the agent is ready'), machines: z.int() })
const listSchema = z.object({ items: z.array(z.object({ vmId: z.string(), state: z.string() })) })

async function restartAgent(): Promise<Run> {
  const pids = await pidsNow()
  await berth.agent().end('SIGKILL')
  await until('the panel notices', async () => ((await countSeen()) === 0 ? true : undefined), { everyMs: 20 })
  const { promise: ready, resolve } = Promise.withResolvers<number>()
  const began = performance.now()
  await berth.startAgent((line) => {
    const said = readySchema.safeParse(tryParse(line))
    if (said.success) resolve(said.data.machines)
  })
  const adopted = await ready
  const readyMs = performance.now() - began
  await until('the panel sees all', async () => ((await countSeen()) === machineCount ? true : undefined), {
    everyMs: 20,
  })
  const seenMs = performance.now() - began
  if (adopted !== machineCount) throw new Error(`${adopted} of ${machineCount} machines were adopted`)
  if ((await pidsNow()).join() !== pids.join()) throw new Error('a machine has another process than before')
  await requireUntouched()
  return { readyMs, seenMs }
}

const pidsNow = (): Promise<number[]> => Promise.all(vmIds.map((vmId) => berth.machines.pid(vmId)))

/** Machines that the panel knows to be paused; while their host is away it says "unknown". */
async function countSeen(): Promise<number> {
  const { items } = await berth.panel.query('vm.list', { limit: 100 }, listSchema)
  return items.filter(({ state }) => state === 'paused').length
}

/** They were paused by a user, so they must still be; nobody may have said `cont`, or started them anew. */
async function requireUntouched(): Promise<void> {
  for (const vmId of vmIds) {
    using qmp = await QmpWire.open(join(berth.machines.runDir(vmId), 'qmp-expert'))
    const { status } = statusSchema.parse(await qmp.command('query-status'))
    if (status !== 'paused') throw new Error(`machine ${vmId} is ${status} after the restart`)
  }
}

function tryParse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    // Not a line of the log.
    return undefined
  }
}

async function createPausedDomain(name: string): Promise<void> {
  const diskPath = join(libvirt.dir, `${name}.qcow2`)
  const xmlPath = join(libvirt.dir, `${name}.xml`)
  await run('qemu-img', ['create', '-q', '-f', 'qcow2', diskPath, '64M'])
  await libvirt.own(diskPath)
  const domain = libvirtDomain({ name, diskPath, vncPath: join(libvirt.dir, `${name}.vnc`) })
  await writeFile(xmlPath, domain, { mode: 0o644 })
  await libvirt.virsh('create', xmlPath, '--paused')
}

async function restartLibvirtd(): Promise<Run> {
  await libvirt.daemon().end('SIGKILL')
  const began = performance.now()
  await libvirt.start()
  await until('libvirtd shows all', async () => {
    const names = (await libvirt.virsh('list', '--name')).split('\n').filter(Boolean)
    return names.length === domainNames.length || undefined
  })
  return { readyMs: performance.now() - began, seenMs: Number.NaN }
}

const runs = await runRounds({ ours: restartAgent, peer: restartLibvirtd }, { warmups: 1, rounds: benchEnv.rounds(5) })
report.keep('runs', runs)
const column = (side: 'ours' | 'peer', name: keyof Run): number[] => (runs[side] ?? []).map((each) => each[name])
const mostMs = 2_000
report.compare({
  ...{ case: `process start to all ${machineCount} adopted; no process or state changed`, unit: 'ms' },
  ...{ ours: column('ours', 'readyMs'), peer: column('peer', 'readyMs') },
  ...{ hold: '≤ 2 s', holds: (own) => own <= mostMs },
})
report.compare({
  ...{ case: 'process start to the panel showing them all', unit: 'ms', ours: column('ours', 'seenMs'), peer: null },
  ...{ hold: 'told', holds: () => true },
})
await report.write()
