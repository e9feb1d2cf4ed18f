/** console-throughput: bytes per second to a viewer and from one, over the whole way, against websockify's one hop. */
import { cpuMsOf } from './measure/process-cost.ts'
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
const { browsers, berth } = world

interface Run {
  downMBs: number
  upMBs: number
  downCpuMsPerGB: number
  upCpuMsPerGB: number
  /** Of ours: the panel's share of the CPU that the bytes down cost. */
  panelShare: number
}

const measure = (side: ConsoleSide) => async (): Promise<Run> => {
  const group = side.name
  await browsers.run({ kind: 'open', group, viewers: [await side.target()] })
  const [before, panelBefore] = [cpuOf(side), cpuMsOf(berth.panelPid)]
  const down = await browsers.run({ kind: 'down', group, bytes: downBytes })
  const [between, panelBetween] = [cpuOf(side), cpuMsOf(berth.panelPid)]
  const up = await browsers.run({ kind: 'up', group, bytes: upBytes, frameBytes })
  const after = cpuOf(side)
  await browsers.run({ kind: 'close', group })
  return {
    downMBs: downBytes / MB / (down.ms / 1000),
    upMBs: upBytes / MB / (up.ms / 1000),
    downCpuMsPerGB: (between - before) / (downBytes / 1e9),
    upCpuMsPerGB: (after - between) / (upBytes / 1e9),
    panelShare: (panelBetween - panelBefore) / (between - before),
  }
}

const rounds = { warmups: 2, rounds: benchEnv.rounds(9) }
const runs = await runRounds({ ours: measure(world.ours), peer: measure(world.peer) }, rounds)
report.keep('runs', runs)
const column = (side: 'ours' | 'peer', name: keyof Run): number[] => (runs[side] ?? []).map((run) => run[name])
const speed = (name: 'downMBs' | 'upMBs', caseName: string, least: number): void =>
  report.compare({
    ...{ case: caseName, unit: 'MB/s', ours: column('ours', name), peer: column('peer', name) },
    ...{ hold: `≥ ${least.toFixed(1)}×`, holds: (_ours, _peer, ratio) => ratio >= least },
  })
speed('downMBs', 'to the viewer, two hops and TLS against one hop', 1)
speed('upMBs', 'from the viewer, two hops and TLS against one hop', 2)
const cost = (name: 'downCpuMsPerGB' | 'upCpuMsPerGB', caseName: string): void =>
  report.compare({
    ...{ case: caseName, unit: 'CPU-ms/GB', ours: column('ours', name), peer: column('peer', name) },
    ...{ hold: 'told', holds: () => true },
  })
cost('downCpuMsPerGB', 'CPU to the viewer, panel and agent')
cost('upCpuMsPerGB', 'CPU from the viewer, panel and agent')
await report.write()
