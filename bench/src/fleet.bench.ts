/**
 * fleet: 100 simulated hosts of 100 machines each. Pages of the machine list by API, in the ways in which people ask for them;
 * what the panel and the simulation need; and the list in Chromium: first rows, keys in the filter box, and a machine that is
 * paused until its row says so.
 */
import { timeListPages } from './berth/fleet-list.ts'
import { openFleetWorld } from './berth/fleet-world.ts'
import { visitFleet } from './browser/fleet-visit.ts'
import { openPanelBrowser } from './browser/panel-browser.ts'
import { BenchReport } from './measure/bench-report.ts'
import { benchEnv } from './measure/env.ts'
import { cpuShareOf, pssBytesOf } from './measure/process-cost.ts'

const machineCount = benchEnv.machines(10_000)
const rounds = benchEnv.rounds(5)
const hosts = Math.min(100, Math.max(2, Math.round(machineCount / 100)))
const vmsPerHost = Math.round(machineCount / hosts)
const mostPageMs = 50
const mostPanelMB = 500
const mostFirstRowsMs = 1_000
const mostKeyMs = 50
const MB = 1_000_000
const idleMs = 20_000

const report = new BenchReport('fleet')
await using fleet = await openFleetWorld({ hosts, vmsPerHost })
const { panel } = fleet
const size = `${hosts} hosts × ${vmsPerHost}`

const pages = await timeListPages(panel, rounds)
for (const [name, ours] of pages) {
  report.compare({
    ...{ case: `p95, a page of the list, ${name}, ${size}`, unit: 'ms', ours, peer: null },
    ...{ hold: `≤ ${mostPageMs} ms`, holds: (own) => own <= mostPageMs },
  })
}

/** Nobody looks; the hosts tell how they are. */
const [panelShare, simulationShare] = await Promise.all([
  cpuShareOf(fleet.panelPid, idleMs),
  cpuShareOf(fleet.simulationPid, idleMs),
])
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
const visits = await visitFleet(panel, browser, rounds)

report.keep('chromium', browser.version)
const firstRows = visits.map(({ firstRowsMs }) => firstRowsMs)
report.compare({
  ...{ case: `first rows in Chromium, nothing cached, ${size}`, unit: 'ms', ours: firstRows, peer: null },
  ...{ hold: `≤ ${mostFirstRowsMs / 1_000} s`, holds: (own) => own <= mostFirstRowsMs },
})
const keys = visits.map(({ keyMs }) => keyMs)
report.compare({
  ...{ case: `p95, a key in the filter box to its frame, ${size}`, unit: 'ms', ours: keys, peer: null },
  ...{ hold: `≤ ${mostKeyMs} ms`, holds: (own) => own <= mostKeyMs },
})
const changes = visits.map(({ changedMs }) => changedMs)
tell('a machine is asked to pause, to its changed row', 'ms', changes)
await report.write()
