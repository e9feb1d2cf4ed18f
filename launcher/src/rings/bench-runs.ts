import { mkdir, readFile, readdir, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { chooseBenches } from './bench-order.ts'
import { formatBenchTable, parseBenchRows, type BenchRow } from './bench-table.ts'
import { ensureBuild } from '../building/build.ts'
import { ensureTinyImage } from '../building/guest-image.ts'
import { withLock } from '../install/install-lock.ts'
import { ensureListedPackages, ensureRunPackages } from '../install/install-packages.ts'
import { LauncherError, messageOf } from '../terminal/launcher-error.ts'
import { ensureDatabaseClient, ensureModules } from '../install/modules.ts'
import { root } from '../data/data-paths.ts'
import { runLimited, type LimitedEnd } from './run-limited.ts'
import { stage } from '../terminal/stages.ts'

const benchDir = join(root, 'bench')
const suffix = '.bench.ts'
/** Of one benchmark; on a quiet computer none needs half of it. */
const mostMs = 10 * 60_000

/** A round of each, with few machines: shows that the programs work, and is no measurement. */
const quickEnv = { BERTH_BENCH_ROUNDS: '1', BERTH_BENCH_MACHINES: '6' }

const interrupted = 'interrupted'

interface BenchEnd {
  name: string
  rows: BenchRow[]
  /** Why it has no rows that count, or null. */
  failure: string | null
  tookMs: number
}

/**
 * Runs the benchmarks one after the other, each a program of its own with a time limit that writes
 * bench/results/<name>.json (bench/results/quick/ with `isQuick`), and prints one table. Exit code 1 when a number does not
 * hold or a benchmark fails; one that fails does not keep the others from running.
 */
export async function runBenches(wanted: readonly string[], isQuick = false): Promise<number> {
  const files = await readdir(join(benchDir, 'src')).catch(() => [])
  const known = files.filter((file) => file.endsWith(suffix)).map((file) => basename(file, suffix))
  const { names, unknown } = chooseBenches(known, wanted)
  if (unknown !== undefined) {
    throw new LauncherError(`There is no benchmark "${unknown}". There are: ${known.join(', ') || 'none'}`, {
      exitCode: 2,
    })
  }
  await withLock(root, prepare)
  const resultsDir = join(benchDir, 'results', ...(isQuick ? ['quick'] : []))
  await mkdir(resultsDir, { recursive: true })
  const ends: BenchEnd[] = []
  for (const name of names) {
    process.stdout.write(`\n━━ ${name}\n`)
    const end = await runBench(name, { resultsDir, env: isQuick ? quickEnv : {} })
    process.stdout.write(`   ${end.failure ?? 'done'} after ${seconds(end.tookMs)}\n`)
    ends.push(end)
    if (end.failure === interrupted) break
  }
  return report(ends, isQuick)
}

async function runBench(
  name: string,
  { resultsDir, env }: { resultsDir: string; env: Record<string, string> },
): Promise<BenchEnd> {
  const began = performance.now()
  const resultPath = join(resultsDir, `${name}.json`)
  // What an earlier run left must not be taken for this one's.
  await rm(resultPath, { force: true })
  const argv = [process.execPath, join(benchDir, 'src', name + suffix)]
  const failure = await runLimited(argv, {
    cwd: benchDir,
    env: { ...env, BERTH_BENCH_RESULT: resultPath },
    mostMs,
  }).then(failureOf, messageOf)
  const rows = parseBenchRows(await readFile(resultPath, 'utf8').catch(() => ''))
  return {
    ...{ name, rows, tookMs: performance.now() - began },
    failure: failure ?? (rows.length === 0 ? 'failed: it wrote no result' : null),
  }
}

function failureOf(end: LimitedEnd): string | null {
  switch (end.kind) {
    case 'late':
      return `failed: not done within ${seconds(mostMs)}`
    case 'interrupted':
      return interrupted
    case 'signalled':
      return `failed: ended by ${end.signal}`
    case 'exited':
      return end.code === 0 ? null : `failed: exit code ${end.code}`
  }
}

function report(ends: readonly BenchEnd[], isQuick: boolean): number {
  const rows = ends.flatMap((end) => end.rows)
  const failed = ends.filter((end) => end.failure !== null)
  const missed = rows.filter((row) => !row.ok).length
  process.stdout.write(`\n${formatBenchTable(rows)}\n`)
  for (const { name, failure } of failed) process.stdout.write(`${name} ${failure}\n`)
  const times = ends.map(({ name, tookMs }) => `${name} ${seconds(tookMs)}`)
  const total = ends.reduce((sum, { tookMs }) => sum + tookMs, 0)
  process.stdout.write(`Time: ${times.join(', ')}; in all ${Math.round(total / 60_000)} min\n`)
  if (isQuick) process.stdout.write('Quick: one round and few machines show that it runs; the numbers mean little.\n')
  process.stdout.write(`${rows.length - missed} hold, ${missed} do not, ${failed.length} benchmarks failed\n`)
  return failed.length === 0 && missed === 0 ? 0 : 1
}

const seconds = (ms: number): string => `${Math.round(ms / 1000)} s`

async function prepare(): Promise<void> {
  await stage('System packages', () => ensureRunPackages())
  await stage('Packages of the peers', () => ensureListedPackages([benchDir]))
  await stage('Modules', ensureModules)
  await stage('Database client', ensureDatabaseClient)
  await stage('Pages of the panel', ensureBuild)
  await stage('Small bootable image', ensureTinyImage)
}
