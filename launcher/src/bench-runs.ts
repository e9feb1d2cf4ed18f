import { mkdir, readFile, readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { ensureBuild } from './build.ts'
import { formatBenchTable, parseBenchRows, type BenchRow } from './bench-table.ts'
import { ensureTinyImage } from './guest-image.ts'
import { withLock } from './install-lock.ts'
import { ensureListedPackages, ensureRunPackages } from './install-packages.ts'
import { LauncherError } from './launcher-error.ts'
import { ensureDatabaseClient, ensureModules } from './modules.ts'
import { root } from './paths.ts'
import { runOnTerminal } from './run-program.ts'
import { stage } from './stages.ts'

const benchDir = join(root, 'bench')
const resultsDir = join(benchDir, 'results')
const suffix = '.bench.ts'

/**
 * Runs the benchmarks one after the other, each a program of its own that writes bench/results/<name>.json, and prints
 * one table. Exit code 1 when a number does not hold or a benchmark fails.
 */
export async function runBenches(names: readonly string[]): Promise<number> {
  const files = await readdir(join(benchDir, 'src')).catch(() => [])
  const known = files.filter((file) => file.endsWith(suffix)).map((file) => basename(file, suffix))
  const unknown = names.find((name) => !known.includes(name))
  if (unknown !== undefined) {
    throw new LauncherError(`There is no benchmark "${unknown}". There are: ${known.join(', ') || 'none'}`, {
      exitCode: 2,
    })
  }
  await withLock(root, prepare)
  await mkdir(resultsDir, { recursive: true })
  const rows: BenchRow[] = []
  const failed: string[] = []
  for (const name of names.length === 0 ? known : names) {
    process.stdout.write(`\n━━ ${name}\n`)
    const exitCode = await runOnTerminal([process.execPath, join(benchDir, 'src', name + suffix)], {
      cwd: benchDir,
      env: { BERTH_BENCH_RESULT: join(resultsDir, `${name}.json`) },
    })
    const text = exitCode === 0 ? await readFile(join(resultsDir, `${name}.json`), 'utf8').catch(() => '') : ''
    const measured = parseBenchRows(text)
    if (measured.length === 0) failed.push(name)
    rows.push(...measured)
  }
  process.stdout.write(`\n${formatBenchTable(rows)}`)
  if (failed.length > 0) process.stdout.write(`Failed: ${failed.join(', ')}\n`)
  return failed.length === 0 && rows.every((row) => row.ok) ? 0 : 1
}

async function prepare(): Promise<void> {
  await stage('System packages', ensureRunPackages)
  await stage('Packages of the peers', () => ensureListedPackages([benchDir]))
  await stage('Modules', ensureModules)
  await stage('Database client', ensureDatabaseClient)
  await stage('Pages of the panel', ensureBuild)
  await stage('Small bootable image', ensureTinyImage)
}
