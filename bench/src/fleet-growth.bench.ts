/**
 * fleet-growth: what `fleet` measures, at a tenth, at a third and at all of its machines, each in a Berth of its own. A cost
 * may grow with the machines, but no faster than they do. Each machine is sampled equally often at all sizes: the demo
 * samples rarer what is more, which would hide what a machine costs.
 */
import { timeListPages } from './berth/fleet-list.ts'
import { openFleetWorld } from './berth/fleet-world.ts'
import { visitFleet } from './browser/fleet-visit.ts'
import { openPanelBrowser } from './browser/panel-browser.ts'
import { BenchReport } from './measure/bench-report.ts'
import { benchEnv } from './measure/env.ts'
import { growthExponent } from './measure/growth.ts'
import { cpuMsOf, cpuShareOf, pssBytesOf } from './measure/process-cost.ts'
import { median } from './measure/spread.ts'

const mostMachines = benchEnv.machines(10_000)
const rounds = benchEnv.rounds(3)
const shares = [0.1, 0.3, 1]
// With few machines, to see whether it runs, the sizes must still differ, and some of the smallest must run.
const vmsPerHost = Math.max(3, Math.min(100, Math.round(mostMachines / 10)))
const fewestHosts = 2
const sampleEveryRounds = 10
const idleMs = 20_000
/** At 1 each machine costs the same, however many there are. */
const mostExponent = 1
const MB = 1_000_000

type Costs = Record<string, { readonly unit: string; readonly values: readonly number[] }>

const report = new BenchReport('fleet-growth')
const fleets: { machines: number; costs: Costs }[] = []
for (const [index, share] of shares.entries()) {
  const hosts = Math.max(fewestHosts + index, Math.round((mostMachines * share) / vmsPerHost))
  const costs = await measureFleet(hosts)
  fleets.push({ machines: hosts * vmsPerHost, costs })
  for (const [name, { unit, values }] of Object.entries(costs)) {
    const caseName = `${name}, ${hosts} hosts × ${vmsPerHost}`
    report.compare({ case: caseName, unit, ours: values, peer: null, hold: 'told', holds: () => true })
  }
}
report.keep('fleets', fleets)

async function measureFleet(hosts: number): Promise<Costs> {
  await using fleet = await openFleetWorld({ hosts, vmsPerHost, sampleEveryRounds })
  const { panel, panelPid } = fleet
  const takenInMs = cpuMsOf(panelPid)
  const pages = await timeListPages(panel, rounds)
  const idleShare = await cpuShareOf(panelPid, idleMs)
  const memoryMB = pssBytesOf(panelPid) / MB
  await using browser = await openPanelBrowser(fleet)
  const visits = await visitFleet(panel, browser, rounds)
  return {
    'memory of the panel': { unit: 'MB', values: [memoryMB] },
    'processor of the panel, nobody looks': { unit: '% of one', values: [idleShare] },
    'processor of the panel, start and all taken in': { unit: 'ms', values: [takenInMs] },
    'p95, a page of the list': { unit: 'ms', values: [...pages.values()].flat() },
    'first rows in Chromium': { unit: 'ms', values: visits.map(({ firstRowsMs }) => firstRowsMs) },
    'p95, a key in the filter box': { unit: 'ms', values: visits.map(({ keyMs }) => keyMs) },
  }
}

for (const name of Object.keys(fleets[0]?.costs ?? {})) {
  const sized = fleets.map(({ machines, costs }) => ({ size: machines, cost: median(costs[name]?.values ?? []) }))
  report.compare({
    ...{ case: `${name}: e of n^e`, unit: '', ours: [growthExponent(sized)], peer: null },
    ...{ hold: `≤ ${mostExponent}`, holds: (own) => own <= mostExponent },
  })
}
await report.write()
