/** console-latency: the round trip of a keystroke's size, passed to the agent and spliced to it, against websockify. */
import { openConsoleWorld, type ConsoleSide } from './console/console-world.ts'
import { BenchReport } from './measure/bench-report.ts'
import { benchEnv } from './measure/env.ts'
import { runRounds } from './measure/rounds.ts'
import { quantile } from './measure/spread.ts'

const shapes = [
  { name: '32 B there, 32 B back', askedBytes: 32, answeredBytes: 32, count: 3_000 },
  { name: '32 B there, 4 kB back', askedBytes: 32, answeredBytes: 4_096, count: 1_500 },
] as const

const report = new BenchReport('console-latency')
await using world = await openConsoleWorld()
const { browsers } = world
const far = await world.openFarSide()

type Run = Record<string, { p50: number; p99: number }>

const measure = (side: ConsoleSide) => async (): Promise<Run> => {
  const run: Run = {}
  for (const { name, ...ping } of shapes) {
    await browsers.run({ kind: 'open', group: side.name, viewers: [await side.target()] })
    const { roundTripsMs } = await browsers.run({ kind: 'ping', group: side.name, everyMs: 0, ...ping })
    await browsers.run({ kind: 'close', group: side.name })
    run[name] = { p50: 1000 * quantile(roundTripsMs, 0.5), p99: 1000 * quantile(roundTripsMs, 0.99) }
  }
  return run
}

const rounds = { warmups: 1, rounds: benchEnv.rounds(9) }
const contenders = { ours: measure(world.ours), far: measure(far), peer: measure(world.peer) }
const runs = await runRounds(contenders, rounds)
report.keep('runs', runs)
for (const { name } of shapes) {
  const column = (side: keyof typeof contenders, which: 'p50' | 'p99'): number[] =>
    (runs[side] ?? []).flatMap((run) => run[name]?.[which] ?? [])
  report.compare({
    ...{ case: `p50, ${name}, passed`, unit: 'µs', ours: column('ours', 'p50'), peer: column('peer', 'p50') },
    ...{ hold: '≤ 1.2×', holds: (_ours, _peer, ratio) => ratio <= 1.2 },
  })
  report.compare({
    ...{ case: `p99, ${name}, passed`, unit: 'µs', ours: column('ours', 'p99'), peer: column('peer', 'p99') },
    ...{ hold: '≤ 2× or 1 ms', holds: (ours, peer) => ours <= Math.max(2 * peer, 1_000) },
  })
  for (const which of ['p50', 'p99'] as const) {
    report.compare({
      ...{ case: `${which}, ${name}, spliced`, unit: 'µs', ours: column('far', which), peer: column('peer', which) },
      ...{ hold: 'told', holds: () => true },
    })
  }
}
await report.write()
