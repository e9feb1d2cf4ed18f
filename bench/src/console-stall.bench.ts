/**
 * console-stall: one tab that reads nothing while 1.5 GB are offered to it, with 20 live ones beside it. Memory is the
 * highest that panel and agent took together while it stalled, over the highest of an equally long time without it: the
 * live ones' own garbage is in both. The peer of the latency is Berth itself without the stalled tab.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { openConsoleWorld, openViewers, type ConsoleSide } from './console/console-world.ts'
import { BenchReport } from './measure/bench-report.ts'
import { benchEnv } from './measure/env.ts'
import { pssBytesOf, sum } from './measure/process-cost.ts'
import { runRounds } from './measure/rounds.ts'
import { quantile } from './measure/spread.ts'

const offeredBytes = 1_500_000_000
const liveViewers = 20
const messages = 50
const everyMs = 100
const MB = 1_000_000

const report = new BenchReport('console-stall')
await using world = await openConsoleWorld()
const { browsers } = world

interface Run {
  memoryMB: number
  p99Ms: number
}

const liveGroup = (side: ConsoleSide): string => `${side.name}-live`

const measure = (side: ConsoleSide, isStalled: boolean) => async (): Promise<Run> => {
  if (isStalled) {
    await browsers.run({ kind: 'open', group: 'stalled', viewers: [await side.target()] })
    await browsers.run({ kind: 'stall', group: 'stalled', bytes: offeredBytes })
  }
  const group = liveGroup(side)
  await openViewers(browsers, side, { group, count: liveViewers })
  const isOver = { yet: false }
  const highest = highestMemory(side, isOver)
  const ping = { count: messages, askedBytes: 32, answeredBytes: 2_048, everyMs }
  const { roundTripsMs } = await browsers.run({ kind: 'ping', group, ...ping })
  isOver.yet = true
  const memoryBytes = await highest
  await browsers.run({ kind: 'close', group })
  if (isStalled) await browsers.run({ kind: 'close', group: 'stalled' })
  return { memoryMB: memoryBytes / MB, p99Ms: quantile(roundTripsMs, 0.99) }
}

async function highestMemory(side: ConsoleSide, isOver: { yet: boolean }): Promise<number> {
  let highest = 0
  while (!isOver.yet) {
    highest = Math.max(highest, sum(side.pids().map(pssBytesOf)))
    await delay(200)
  }
  return highest
}

const { ours, peer } = world
const contenders = {
  calm: measure(ours, false),
  stalled: measure(ours, true),
  peerCalm: measure(peer, false),
  peerStalled: measure(peer, true),
}
const runs = await runRounds(contenders, { warmups: 1, rounds: benchEnv.rounds(4) })
report.keep('runs', runs)
const column = (name: keyof typeof contenders, which: keyof Run): number[] =>
  (runs[name] ?? []).map((run) => run[which])
const growth = (calm: keyof typeof contenders, stalled: keyof typeof contenders): number[] =>
  column(stalled, 'memoryMB').map((memory, round) => memory - (column(calm, 'memoryMB')[round] ?? Number.NaN))
report.compare({
  ...{ case: 'memory that the stalled tab takes', unit: 'MB' },
  ...{ ours: growth('calm', 'stalled'), peer: growth('peerCalm', 'peerStalled') },
  ...{ hold: '≤ 8 MB', holds: (own) => own <= 8 },
})
report.compare({
  ...{ case: "live ones' p99, with the stalled tab and without", unit: 'ms' },
  ...{ ours: column('stalled', 'p99Ms'), peer: column('calm', 'p99Ms') },
  ...{ hold: '≤ 1.5×', holds: (_ours, _peer, ratio) => ratio <= 1.5 },
})
await report.write()
