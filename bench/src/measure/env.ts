/** The only reader of the environment in the benchmarks. */
const number = (name: string, fallback: number): number => Number(process.env[name] ?? fallback)

export const benchEnv = {
  /** Where the launcher wants the rows; absent when a benchmark is run by hand, which only prints. */
  resultPath: process.env['BERTH_BENCH_RESULT'],
  /** Fewer rounds while working on a benchmark. */
  rounds: (usual: number): number => number('BERTH_BENCH_ROUNDS', usual),
  machines: (usual: number): number => number('BERTH_BENCH_MACHINES', usual),
} as const
