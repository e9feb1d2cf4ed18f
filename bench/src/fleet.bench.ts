/**
 * fleet: 100 simulated hosts of 100 machines each. Pages of the machine list by API, in the ways in which people ask for them;
 * what the panel and the simulation need; and the list in Chromium: first rows, keys in the filter box, and a machine that is
 * paused until its row says so.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { openFleetWorld } from './berth/fleet-world.ts'
import { typeAndTime } from './browser/keystrokes.ts'
import { openPanelBrowser } from './browser/panel-browser.ts'
import { watchRow } from './browser/row-watch.ts'
import { BenchReport } from './measure/bench-report.ts'
import { benchEnv } from './measure/env.ts'
import { cpuMsOf, pssBytesOf } from './measure/process-cost.ts'
import { quantile } from './measure/spread.ts'

const machineCount = benchEnv.machines(10_000)
const rounds = benchEnv.rounds(5)
const hosts = Math.min(100, Math.max(2, Math.round(machineCount / 100)))
const vmsPerHost = Math.round(machineCount / hosts)
const asksPerRound = 20
const mostPageMs = 50
const mostPanelMB = 500
const mostFirstRowsMs = 1_000
const mostKeyMs = 50
const MB = 1_000_000
const idleMs = 20_000

const pageSchema = z.object({
  items: z.array(z.object({ vmId: z.string(), name: z.string(), state: z.string() })),
})
const questions = {
  'by name': {},
  'far down': { filter: { query: 'worker' } },
  'a word that is rare': { filter: { query: '-00007' } },
  'a word that nobody has': { filter: { query: 'zzzzz' } },
  'by address': { filter: { query: 'ip:10.20.7.*' } },
  'those that run': { filter: { query: 'state:running' } },
  'sorted by state': { sort: { by: 'state' } },
  'sorted by host': { sort: { by: 'host' } },
} as const

const report = new BenchReport('fleet')
await using fleet = await openFleetWorld({ hosts, vmsPerHost })
const { panel } = fleet
const size = `${hosts} hosts × ${vmsPerHost}`

async function pageTimes(question: object): Promise<number> {
  const times: number[] = []
  for (let i = 0; i < asksPerRound; i++) {
    const beganAt = performance.now()
    await panel.query('vm.list', { limit: 50, ...question }, pageSchema)
    times.push(performance.now() - beganAt)
  }
  return quantile(times, 0.95)
}

const pages = new Map<string, number[]>(Object.keys(questions).map((name) => [name, []]))
for (let round = -1; round < rounds; round++) {
  for (const [name, question] of Object.entries(questions)) {
    const p95 = await pageTimes(question)
    if (round >= 0) pages.get(name)?.push(p95)
  }
}
for (const [name, ours] of pages) {
  report.compare({
    ...{ case: `p95, a page of the list, ${name}, ${size}`, unit: 'ms', ours, peer: null },
    ...{ hold: `≤ ${mostPageMs} ms`, holds: (own) => own <= mostPageMs },
  })
}

/** Nobody looks; the hosts tell how they are. */
async function idleCost(pid: number): Promise<number> {
  const before = cpuMsOf(pid)
  await delay(idleMs)
  return ((cpuMsOf(pid) - before) / idleMs) * 100
}
const [panelShare, simulationShare] = await Promise.all([idleCost(fleet.panelPid), idleCost(fleet.simulationPid)])
report.compare({
  ...{ case: `memory of the panel, ${size}`, unit: 'MB', ours: [pssBytesOf(fleet.panelPid) / MB], peer: null },
  ...{ hold: `≤ ${mostPanelMB} MB`, holds: (own) => own <= mostPanelMB },
})
const tell = (caseName: string, unit: string, ours: number[]): void =>
  report.compare({ case: `${caseName}, ${size}`, unit, ours, peer: null, hold: 'told', holds: () => true })
tell('processor of the panel, nobody looks', '% of one', [panelShare])
tell('processor of the simulation', '% of one', [simulationShare])
tell('memory of the simulation', 'MB', [pssBytesOf(fleet.simulationPid) / MB])

await using browser = await openPanelBrowser(fleet)
const [firstRows, keys, changes]: [number[], number[], number[]] = [[], [], []]
for (let round = -1; round < rounds; round++) {
  const visit = await visitList()
  if (round < 0) continue
  firstRows.push(visit.firstRowsMs)
  keys.push(quantile(visit.keyMs, 0.95))
  changes.push(visit.changedMs)
}

async function visitList(): Promise<{ firstRowsMs: number; keyMs: number[]; changedMs: number }> {
  const visitor = await browser.visitor()
  try {
    const { items } = await panel.query('vm.list', { limit: 20 }, pageSchema)
    const [first] = items
    const running = items.find(({ state }) => state === 'running')
    if (first === undefined || running === undefined) throw new Error('no machine runs on the first page')
    const page = await visitor.newPage()
    const beganAt = performance.now()
    await page.goto('/machines', { waitUntil: 'commit' })
    await page.getByRole('link', { name: first.name, exact: true }).first().waitFor()
    const firstRowsMs = performance.now() - beganAt
    await page.getByRole('status', { name: 'Live' }).waitFor()
    const watch = await watchRow(page, { name: running.name, word: 'Paused' })
    const askedAt = Date.now()
    await panel.mutate('vm.pause', { vmId: running.vmId }, z.object({ operationId: z.string() }))
    const changedMs = (await watch.seenAt) - askedAt
    await page.keyboard.press('/')
    return { firstRowsMs, keyMs: await typeAndTime(page, 'worker prod'), changedMs }
  } finally {
    await visitor.close()
  }
}

report.keep('chromium', browser.version)
report.compare({
  ...{ case: `first rows in Chromium, nothing cached, ${size}`, unit: 'ms', ours: firstRows, peer: null },
  ...{ hold: `≤ ${mostFirstRowsMs / 1_000} s`, holds: (own) => own <= mostFirstRowsMs },
})
report.compare({
  ...{ case: `p95, a key in the filter box to its frame, ${size}`, unit: 'ms', ours: keys, peer: null },
  ...{ hold: `≤ ${mostKeyMs} ms`, holds: (own) => own <= mostKeyMs },
})
tell('a machine is asked to pause, to its changed row', 'ms', changes)
await report.write()
