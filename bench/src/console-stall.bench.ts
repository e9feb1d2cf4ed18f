/**
 * console-stall: one tab that reads nothing while 1.5 GB are offered to it, with 20 live ones beside it. Memory is the
 * highest that panel and agent took together while it stalled, over the highest of an equally long time without it: the
 * live ones' own garbage is in both. The peer of the latency is Berth itself without the stalled tab, turn by turn on the
 * same 20 connections: a p99 is made of what disturbs the computer, and between two runs of half a minute that differs by
 * more than any stalled tab does.
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

/** Of a ping phase, and how often calm and stalled take turns on the same connections. */
const phaseMessages = 20
const turns = 2

interface Run {
  memoryMB: number
}

interface Latency {
  calmMs: number
  stalledMs: number
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
  await browsers.run({ kind: 'ping', group, ...ping })
  isOver.yet = true
  const memoryBytes = await highest
  await browsers.run({ kind: 'close', group })
  if (isStalled) await browsers.run({ kind: 'close', group: 'stalled' })
  return { memoryMB: memoryBytes / MB }
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

/** In both phases one tab more is opened, for opening costs the panel something for a while; it stalls in one of them. */
async function latency(): Promise<Latency> {
  const group = liveGroup(ours)
  await openViewers(browsers, ours, { group, count: liveViewers })
  const trips: { calm: number[]; stalled: number[] } = { calm: [], stalled: [] }
  for (let turn = 0; turn < turns; turn++) {
    const phases = ['calm', 'stalled'] as const
    for (const phase of turn % 2 === 0 ? phases : phases.toReversed()) {
      await browsers.run({ kind: 'open', group: 'beside', viewers: [await ours.target()] })
      if (phase === 'stalled') await browsers.run({ kind: 'stall', group: 'beside', bytes: offeredBytes })
      const ping = { count: phaseMessages, askedBytes: 32, answeredBytes: 2_048, everyMs }
      trips[phase].push(...(await browsers.run({ kind: 'ping', group, ...ping })).roundTripsMs)
      await browsers.run({ kind: 'close', group: 'beside' })
    }
  }
  await browsers.run({ kind: 'close', group })
  return { calmMs: quantile(trips.calm, 0.99), stalledMs: quantile(trips.stalled, 0.99) }
}

const rounds = benchEnv.rounds(4)
const contenders = {
  calm: measure(ours, false),
  stalled: measure(ours, true),
  peerCalm: measure(peer, false),
  peerStalled: measure(peer, true),
}
const runs = await runRounds(contenders, { warmups: 1, rounds })
const { latency: latencies = [] } = await runRounds({ latency }, { warmups: 1, rounds: 2 * rounds })
report.keep('runs', runs)
report.keep('latencies', latencies)
const column = (name: keyof typeof contenders): number[] => (runs[name] ?? []).map(({ memoryMB }) => memoryMB)
const growth = (calm: keyof typeof contenders, stalled: keyof typeof contenders): number[] =>
  column(stalled).map((memory, round) => memory - (column(calm)[round] ?? Number.NaN))
report.compare({
  ...{ case: 'memory that the stalled tab takes', unit: 'MB' },
  ...{ ours: growth('calm', 'stalled'), peer: growth('peerCalm', 'peerStalled') },
  ...{ hold: '≤ 8 MB', holds: (own) => own <= 8 },
})
report.compare({
  ...{ case: "live ones' p99, with the stalled tab and without", unit: 'ms' },
  ...{ ours: latencies.map(({ stalledMs }) => stalledMs), peer: latencies.map(({ calmMs }) => calmMs) },
  ...{ hold: '≤ 1.5×', holds: (_ours, _peer, ratio) => ratio <= 1.5 },
})
await report.write()
