/**
 * first-load: the machine list on a first visit, with nothing cached: the JavaScript that really came over the wire, and
 * the largest contentful paint, in Chromium and in the build that users get. Over loopback: the paint tells what panel and
 * browser need, not the network. The peer is Oxide's console, by what its build gives for the same page (performance.md).
 */
import { openBerthWorld } from './berth/berth-world.ts'
import { visitMachineList, type ColdVisit } from './browser/cold-visit.ts'
import { openPanelBrowser } from './browser/panel-browser.ts'
import { BenchReport } from './measure/bench-report.ts'
import { benchEnv } from './measure/env.ts'
import { runRounds } from './measure/rounds.ts'

const machineCount = benchEnv.machines(24)
const kB = 1_000
/** Compressed size of the modules that Oxide's console loads at first: 631 kB raw. */
const oxideScriptKB = 192
const mostScriptKB = 190
const mostLcpMs = 1_200

const report = new BenchReport('first-load')
await using berth = await openBerthWorld()
await createStopped(machineCount)
await using browser = await openPanelBrowser(berth)

/** Rows cost the page what they cost, whether their machines run or not. */
async function createStopped(count: number): Promise<void> {
  for (let left = count; left > 0; left -= 4) {
    const asked = await Promise.all(Array.from({ length: Math.min(4, left) }, () => berth.machines.ask(false)))
    for (const { operationId } of asked) await berth.panel.operationEnd(operationId)
  }
}

const visit = (): Promise<ColdVisit> => visitMachineList(browser, 'bench-1')
const { ours: visits = [] } = await runRounds({ ours: visit }, { warmups: 2, rounds: benchEnv.rounds(11) })
report.keep('visits', visits)
report.keep('chromium', browser.version)
const foreign = visits.flatMap((each) => each.foreign)
if (foreign.length > 0) throw new Error(`the page fetched from elsewhere: ${foreign.join(' ')}`)

const column = (pick: (visit: ColdVisit) => number): number[] => visits.map(pick)
report.compare({
  ...{ case: `JavaScript on the wire, list of ${machineCount}; peer: Oxide's build`, unit: 'kB' },
  ...{ ours: column(({ scriptBytes }) => scriptBytes / kB), peer: [oxideScriptKB] },
  ...{ hold: `≤ ${mostScriptKB} kB`, holds: (own) => own <= mostScriptKB },
})
report.compare({
  ...{ case: 'largest contentful paint, nothing cached', unit: 'ms' },
  ...{ ours: column(({ lcpMs }) => lcpMs), peer: null },
  ...{ hold: '≤ 1.2 s', holds: (own) => own <= mostLcpMs },
})
const tell = (caseName: string, unit: string, values: number[]): void =>
  report.compare({ case: caseName, unit, ours: values, peer: null, hold: 'told', holds: () => true })
tell(
  'all that came over the wire',
  'kB',
  column(({ allBytes }) => allBytes / kB),
)
tell(
  'cumulative layout shift',
  'score',
  column(({ layoutShift }) => layoutShift),
)
await report.write()
