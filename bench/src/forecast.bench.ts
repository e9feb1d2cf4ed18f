/**
 * forecast: what is said before a move against what comes. A grid of guests that write at different rates over different
 * working sets, each moved to and fro at different bandwidths between two real agents by real QEMUs over TLS; before each move
 * its memory is measured as the dialog measures it, and the move is played through. It asks: was it right about coming to an end,
 * and how far off was the time. Both agents run in this process; the guests do not.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { forecastMove } from '@berth/core/migration/forecast-move'
import { dirtySampleSchema, pathSampleSchema, type MoveForecast } from '@berth/core/migration/move-forecast'
import { moveReportSchema } from '@berth/core/migration/move-progress'
import type { MovePolicy } from '@berth/core/migration/move-policy'
import type { VmId } from '@berth/core/ids/ids'
import { sweepingDisc } from '../../apps/agent/src/testing/boot-disc.ts'
import { TwoHosts } from '../../apps/agent/src/testing/two-hosts.ts'
import type { TestHost } from '../../apps/agent/src/testing/test-host.ts'
import { BenchReport } from './measure/bench-report.ts'
import { benchEnv } from './measure/env.ts'

const MiB = 1024 * 1024
const memoryBytes = 128 * MiB
const fillBytes = 40 * MiB
const bootMs = 4_000
const moveMs = 120_000

interface Guest {
  readonly windowMiB: number
  readonly writesMiB: number
}
interface Link {
  readonly capMiB: number
  readonly policy: MovePolicy
}

/** Idle, slow over much, fast over little, fast over much. */
const guests: readonly Guest[] = [
  { windowMiB: 1, writesMiB: 0.1 },
  { windowMiB: 32, writesMiB: 4 },
  { windowMiB: 4, writesMiB: 32 },
  { windowMiB: 24, writesMiB: 12 },
  { windowMiB: 12, writesMiB: 24 },
  { windowMiB: 24, writesMiB: 40 },
]
/** Each at a half, once and twice what a guest of the middle writes. */
const links: readonly Link[] = [
  { capMiB: 16, policy: 'shortest-pause' },
  { capMiB: 16, policy: 'pause-if-needed' },
  { capMiB: 24, policy: 'shortest-pause' },
  { capMiB: 32, policy: 'very-large' },
  { capMiB: 48, policy: 'shortest-pause' },
  { capMiB: 48, policy: 'pause-if-needed' },
  { capMiB: 64, policy: 'shortest-pause' },
]
const isQuick = benchEnv.rounds(2) < 2
const chosenGuests = isQuick ? guests.slice(1, 3) : guests
const chosenLinks = isQuick ? links.slice(4, 6) : links

interface Case extends Guest, Link {
  readonly forecast: Pick<MoveForecast, 'ends' | 'totalMs' | 'pauseMs' | 'passCount'>
  readonly hasEnded: boolean
  readonly cameMs: number
  readonly pauseMs: number
  readonly passes: number
}

await using hosts = await TwoHosts.open()

interface Place {
  here: TestHost
  there: TestHost
  epoch: number
}

async function measure({ here, there }: Place, vmId: VmId) {
  const target = { hostId: hosts.idOf(there), address: '127.0.0.1', port: there.config.listen.port }
  const [dirty, path] = await Promise.all([
    here.calls.query('forecast.dirty', { vmId }),
    here.calls.query('forecast.path', { target }),
  ])
  return { dirty: dirtySampleSchema.parse(dirty), path: pathSampleSchema.parse(path) }
}

async function moveOnce(vmId: VmId, place: Place, { guest, link }: { guest: Guest; link: Link }): Promise<Case> {
  const { capMiB, policy } = link
  const measured = await measure(place, vmId)
  const forecast = forecastMove(measured, { policy, capBytesPerSecond: capMiB * MiB })
  const move = hosts.move(vmId, { vmEpoch: place.epoch, from: place.here, to: place.there })
  const began = performance.now()
  const step = await hosts.begin(move, { policy, bandwidthBytesPerSecond: capMiB * MiB })
  let report = await step.report()
  while (report.status === 'running' && performance.now() - began < moveMs) report = await step.report()
  const { ends, totalMs, pauseMs, passCount } = forecast
  const kept = { ...guest, ...link, forecast: { ends, totalMs, pauseMs, passCount } }
  if (report.status === 'succeeded') {
    const came = moveReportSchema.parse(report.result)
    Object.assign(place, { here: place.there, there: place.here, epoch: place.epoch + 1 })
    return { ...kept, hasEnded: true, cameMs: came.totalMs, pauseMs: came.pauseMs, passes: came.passes.length }
  }
  if (report.status !== 'failed' || report.error.code !== 'MOVE_NOT_CONVERGING') throw new Error(JSON.stringify(report))
  await hosts.abandon(move)
  return { ...kept, hasEnded: false, cameMs: performance.now() - began, pauseMs: 0, passes: 0 }
}

const cases: Case[] = []
for (const guest of chosenGuests) {
  const disc = sweepingDisc({ fillBytes, windowBytes: guest.windowMiB * MiB, bytesPerSecond: guest.writesMiB * MiB })
  const vmId = await hosts.startDisc(disc, { memoryBytes })
  const place: Place = { here: hosts.source, there: hosts.target, epoch: 1 }
  await delay(bootMs)
  for (const link of chosenLinks) {
    const one = await moveOnce(vmId, place, { guest, link })
    cases.push(one)
    process.stdout.write(`  ${lineOf(one)}\n`)
  }
  await place.here.run({ kind: 'vm.stop', vmId, vmEpoch: place.epoch })
}

function lineOf({ writesMiB, windowMiB, capMiB, policy, forecast, hasEnded, cameMs, pauseMs, passes }: Case): string {
  const guest = `writes ${writesMiB} MiB/s over ${windowMiB} MiB, ${capMiB} MiB/s, ${policy}`
  const said = `${forecast.ends} ${seconds(forecast.totalMs.likely)} pause ${seconds(forecast.pauseMs.likely)} passes ${forecast.passCount}`
  return `${guest}: said ${said}; came ${hasEnded ? 'yes' : 'no'} ${seconds(cameMs)} pause ${seconds(pauseMs)} passes ${passes}`
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(2)} s`
}

/** The likelier of the two, where it said that it is unsure: an answer is an answer. */
const isRight = ({ forecast, hasEnded }: Case): boolean => (forecast.ends === 'no') !== hasEnded
const sure = cases.filter(({ forecast }) => forecast.ends !== 'unsure')
const ended = cases.filter(({ hasEnded, forecast }) => hasEnded && forecast.ends !== 'no')
const percent = (share: number): number => 100 * share

const report = new BenchReport('forecast')
report.keep('cases', cases)
report.compare({
  ...{ case: `right about coming to an end, ${cases.length} moves`, unit: '%', peer: null },
  ours: [percent(cases.filter(isRight).length / cases.length)],
  ...{ hold: '≥ 95 %', holds: (own) => own >= 95 },
})
report.compare({
  ...{ case: `error of the time, ${ended.length} moves that ended (median)`, unit: '%', peer: null },
  ours: ended.map(({ forecast, cameMs }) => percent(Math.abs(forecast.totalMs.likely - cameMs) / cameMs)),
  ...{ hold: '≤ 20 %', holds: (own) => own <= 20 },
})
report.compare({
  ...{ case: `sure of its answer, of ${cases.length} moves`, unit: '%', peer: null },
  ours: [percent(sure.length / cases.length)],
  ...{ hold: 'told', holds: () => true },
})
report.compare({
  ...{ case: 'error of the pause (median)', unit: 'ms', peer: null },
  ours: ended.map(({ forecast, pauseMs }) => Math.abs(forecast.pauseMs.likely - pauseMs)),
  ...{ hold: 'told', holds: () => true },
})
await report.write()
