/** console-many: 100 open consoles that get 10 messages a second each: CPU for a message, memory for a session. */
import { openConsoleWorld, openViewers, type ConsoleSide } from './console/console-world.ts'
import { BenchReport } from './measure/bench-report.ts'
import { benchEnv } from './measure/env.ts'
import { cpuMsOf, pssBytesOf, sum } from './measure/process-cost.ts'
import { runRounds } from './measure/rounds.ts'

const sessions = 100
const messages = 50
const everyMs = 100

const report = new BenchReport('console-many')
// At most 32 viewers may look at one machine.
await using world = await openConsoleWorld(4)
const { browsers } = world

interface Run {
  cpuMicrosPerMessage: number
  kBPerSession: number
}

/** Before any session, so that what a side keeps of earlier sessions counts as theirs. */
const memoryAtFirst: Record<string, number> = {}
for (const side of [world.ours, world.peer]) memoryAtFirst[side.name] = sum(side.pids().map(pssBytesOf))

const measure = (side: ConsoleSide) => async (): Promise<Run> => {
  const group = side.name
  await openViewers(browsers, side, { group, count: sessions })
  const pids = side.pids()
  const cpuBefore = sum(pids.map(cpuMsOf))
  await browsers.run({ kind: 'ping', group, count: messages, askedBytes: 32, answeredBytes: 2_048, everyMs })
  const cpuMs = sum(pids.map(cpuMsOf)) - cpuBefore
  const memory = sum(pids.map(pssBytesOf)) - (memoryAtFirst[group] ?? 0)
  await browsers.run({ kind: 'close', group })
  return {
    cpuMicrosPerMessage: (1000 * cpuMs) / (sessions * messages),
    kBPerSession: Math.max(0, memory) / 1000 / sessions,
  }
}

const runs = await runRounds(
  { ours: measure(world.ours), peer: measure(world.peer) },
  { warmups: 1, rounds: benchEnv.rounds(7) },
)
report.keep('runs', runs)
const column = (side: 'ours' | 'peer', name: keyof Run): number[] => (runs[side] ?? []).map((run) => run[name])
const compare = (name: keyof Run, caseName: string, wish: { unit: string; most: number }): void =>
  report.compare({
    ...{ case: caseName, unit: wish.unit, ours: column('ours', name), peer: column('peer', name) },
    ...{ hold: `≤ ${wish.most}×`, holds: (_ours, _peer, ratio) => ratio <= wish.most },
  })
compare('cpuMicrosPerMessage', 'CPU of a message, panel and agent', { unit: 'µs', most: 0.4 })
compare('kBPerSession', 'memory of a session, panel and agent', { unit: 'kB', most: 0.05 })
await report.write()
