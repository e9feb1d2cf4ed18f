/**
 * console-throughput: bytes per second to a viewer and from one, over the whole way, against websockify's one hop; by the panel
 * beside the agent, which passes the viewer's connection on, and by one that splices, as to an agent on another host.
 */
import { BenchReport } from './measure/bench-report.ts'
import { benchEnv } from './measure/env.ts'
import { runRounds } from './measure/rounds.ts'
import { cpuOf, openConsoleWorld, type ConsoleSide } from './console/console-world.ts'

const MB = 1_000_000
const downBytes = 300 * MB
const upBytes = 100 * 1024 * 1024
const frameBytes = 64 * 1024

const report = new BenchReport('console-throughput')
await using world = await openConsoleWorld()
const { browsers } = world
const far = await world.openFarSide()

interface Run {
  downMBs: number
  upMBs: number
  downCpuMsPerGB: number
  upCpuMsPerGB: number
}

const measure = (side: ConsoleSide) => async (): Promise<Run> => {
  const group = side.name
  await browsers.run({ kind: 'open', group, viewers: [await side.target()] })
  const before = cpuOf(side)
  const down = await browsers.run({ kind: 'down', group, bytes: downBytes })
  const between = cpuOf(side)
  const up = await browsers.run({ kind: 'up', group, bytes: upBytes, frameBytes })
  const after = cpuOf(side)
  await browsers.run({ kind: 'close', group })
  return {
    downMBs: downBytes / MB / (down.ms / 1000),
    upMBs: upBytes / MB / (up.ms / 1000),
    downCpuMsPerGB: (between - before) / (downBytes / 1e9),
    upCpuMsPerGB: (after - between) / (upBytes / 1e9),
  }
}

const rounds = { warmups: 2, rounds: benchEnv.rounds(9) }
const contenders = { ours: measure(world.ours), far: measure(far), peer: measure(world.peer) }
const runs = await runRounds(contenders, rounds)
report.keep('runs', runs)
const column = (side: keyof typeof contenders, name: keyof Run): number[] => (runs[side] ?? []).map((run) => run[name])

interface Way {
  side: 'ours' | 'far'
  words: string
  least: { down: number; up: number }
}

function compare({ side, words, least }: Way): void {
  const speed = (name: 'downMBs' | 'upMBs', caseName: string, atLeast: number): void =>
    report.compare({
      ...{ case: `${caseName}, ${words}`, unit: 'MB/s', ours: column(side, name), peer: column('peer', name) },
      ...{ hold: `≥ ${atLeast.toFixed(1)}×`, holds: (_ours, _peer, ratio) => ratio >= atLeast },
    })
  const cost = (name: 'downCpuMsPerGB' | 'upCpuMsPerGB', caseName: string): void =>
    report.compare({
      ...{ case: `${caseName}, ${words}`, unit: 'CPU-ms/GB', ours: column(side, name), peer: column('peer', name) },
      ...{ hold: 'told', holds: () => true },
    })
  speed('downMBs', 'to the viewer', least.down)
  speed('upMBs', 'from the viewer', least.up)
  cost('downCpuMsPerGB', 'CPU to the viewer')
  cost('upCpuMsPerGB', 'CPU from the viewer')
}
compare({ side: 'ours', words: 'passed to the agent here', least: { down: 1, up: 2 } })
compare({ side: 'far', words: 'spliced to another host', least: { down: 0.3, up: 0.3 } })
await report.write()
