/**
 * event-latency: from the moment at which QEMU says that its machine stopped or goes on (its own time, on its second
 * monitor, where an expert typed `stop` or `cont`) to the frame in which Chromium shows the changed row: agent, mutual TLS,
 * panel, database, event stream, query cache, React. The peer is `virsh event` on the host, without panel and browser.
 */
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { z } from 'zod'
import { openBerthWorld } from './berth/berth-world.ts'
import { QmpWire } from './berth/qmp-wire.ts'
import { openPanelBrowser } from './browser/panel-browser.ts'
import { watchRow } from './browser/row-watch.ts'
import { BenchReport } from './measure/bench-report.ts'
import { benchEnv } from './measure/env.ts'
import { runRounds } from './measure/rounds.ts'
import { quantile } from './measure/spread.ts'
import { libvirtEventDelays } from './peers/libvirt-events.ts'
import { libvirtDomain } from './peers/libvirt-domain.ts'
import { openPrivateLibvirt } from './peers/private-libvirt.ts'

const run = promisify(execFile)
const listSchema = z.object({ items: z.array(z.object({ vmId: z.string(), name: z.string() })) })
const machineCount = benchEnv.machines(12)
const changes = 24
const mostMs = 150
const domain = 'bench'

const report = new BenchReport('event-latency')
await using berth = await openBerthWorld()
await using libvirt = await openPrivateLibvirt(berth.dir)
const vmIds = await berth.machines.createMany(machineCount, true)
const [changedId = ''] = vmIds
await createDomain()
await using browser = await openPanelBrowser(berth)
const visitor = await browser.visitor()
const page = await visitor.newPage()
await page.goto('/machines')
const name = await nameOf(changedId)
await page.getByRole('link', { name, exact: true }).first().waitFor()
await page.getByRole('status', { name: 'Live' }).waitFor()

async function nameOf(vmId: string): Promise<string> {
  const { items } = await berth.panel.query('vm.list', { limit: 100 }, listSchema)
  const found = items.find((vm) => vm.vmId === vmId)
  if (found === undefined) throw new Error(`the list lacks ${vmId}`)
  return found.name
}

async function createDomain(): Promise<void> {
  const diskPath = join(libvirt.dir, 'disk.qcow2')
  const xmlPath = join(libvirt.dir, 'domain.xml')
  await run('qemu-img', ['create', '-q', '-f', 'qcow2', diskPath, '64M'])
  await libvirt.own(diskPath)
  const xml = libvirtDomain({ name: domain, diskPath, vncPath: join(libvirt.dir, 'vnc') })
  await writeFile(xmlPath, xml, { mode: 0o644 })
  await libvirt.virsh('create', xmlPath)
}

/** QEMU's own time of the last event of each kind. */
const saidAt = new Map<string, number>()
using qmp = await QmpWire.open(join(berth.machines.runDir(changedId), 'qmp-expert'), 3, (event, atMs) =>
  saidAt.set(event, atMs),
)

async function change(index: number): Promise<number> {
  const [command, event, word] = index % 2 === 0 ? ['cont', 'RESUME', 'Running'] : ['stop', 'STOP', 'Paused']
  const watch = await watchRow(page, { name, word })
  saidAt.delete(event)
  await qmp.command(command)
  const seenAt = await watch.seenAt
  const at = saidAt.get(event)
  if (at === undefined) throw new Error(`QEMU did not say ${event}`)
  // Not in step with the agent's samples, nor with the browser's frames.
  await delay(100 + Math.random() * 200)
  return seenAt - at
}

async function ours(): Promise<number[]> {
  const delays: number[] = []
  for (let i = 0; i < changes; i++) delays.push(await change(i))
  return delays
}

const runs = await runRounds(
  { ours, peer: () => libvirtEventDelays(libvirt, domain, changes) },
  { warmups: 1, rounds: benchEnv.rounds(5) },
)
report.keep('runs', runs)
report.keep('chromium', browser.version)
const share = (side: 'ours' | 'peer', part: number): number[] =>
  (runs[side] ?? []).map((delays) => quantile(delays, part))
report.compare({
  ...{ case: `p95, event to the changed row in Chromium, list of ${machineCount}; peer: to virsh event`, unit: 'ms' },
  ...{ ours: share('ours', 0.95), peer: share('peer', 0.95) },
  ...{ hold: `≤ ${mostMs} ms`, holds: (own) => own <= mostMs },
})
report.compare({
  ...{ case: 'p50, the same', unit: 'ms', ours: share('ours', 0.5), peer: share('peer', 0.5) },
  ...{ hold: 'told', holds: () => true },
})
await visitor.close()
await report.write()
