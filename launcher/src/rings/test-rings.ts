import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureBuild } from '../building/build.ts'
import { ensureTinyImage } from '../building/guest-image.ts'
import { withLock } from '../install/install-lock.ts'
import { ensureListedPackages, ensureRunPackages } from '../install/install-packages.ts'
import { LauncherError } from '../terminal/launcher-error.ts'
import { ensureDatabaseClient, ensureModules } from '../install/modules.ts'
import { root } from '../data/data-paths.ts'
import { runOnTerminal } from '../system/run-program.ts'
import { bold, stage } from '../terminal/stages.ts'
import {
  addResults,
  noResult,
  parsePlaywrightReport,
  parseVitestReport,
  secondTries,
  summaryLine,
  tellSecondTries,
  type RingResult,
} from './test-results.ts'

type Ring = (reportPath: string) => Promise<RingResult>

const checks = ['types', 'lint', 'format', 'imports', 'unused']

const rings: ReadonlyMap<string, Ring> = new Map<string, Ring>([
  ['check', runChecks],
  ['unit', (reportPath) => runVitest('unit', reportPath)],
  ['component', (reportPath) => runVitest('component', reportPath)],
  ['e2e', (reportPath) => runPlaywright(reportPath)],
  ['faults', (reportPath) => runPlaywright(reportPath, ['--project=faults'], { BERTH_FAULTS: 'all' })],
])
/** Only by name: of its faults the others run the most telling ones. */
const longRing = 'faults'

/** Installs what the tests need, runs the rings, and ends with one line that sums them up. Returns the exit code. */
export async function runRings(names: readonly string[]): Promise<number> {
  const chosen = names.length === 0 ? [...rings.keys()].filter((name) => name !== longRing) : names
  const unknown = chosen.find((name) => !rings.has(name))
  if (unknown !== undefined) {
    throw new LauncherError(`There is no ring "${unknown}". There are: ${[...rings.keys()].join(', ')}`, {
      exitCode: 2,
    })
  }
  await withLock(root, () => prepare(chosen))
  let total = noResult
  const lines: string[] = []
  for (const name of chosen) {
    process.stdout.write(`\n${bold(`━━ ${name}`)}\n`)
    const startedAt = performance.now()
    const result = await runRing(name)
    total = addResults(total, result)
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(0)
    const notes = [`${seconds} s`, secondTries(result)].filter((note) => note !== undefined)
    lines.push(`${name.padEnd(11)} ${summaryLine(result).padEnd(38)} ${notes.join(', ')}`)
  }
  process.stdout.write(`\n${lines.join('\n')}\n${summaryLine(total)}\n`)
  return total.failed === 0 ? 0 : 1
}

async function prepare(chosen: readonly string[]): Promise<void> {
  const needsPages = chosen.includes('e2e') || chosen.includes(longRing)
  const needsMachines = chosen.includes('component') || needsPages
  if (needsMachines) await stage('System packages', () => ensureRunPackages())
  if (needsPages) await stage('Packages for the tests', () => ensureListedPackages([join(root, 'e2e')]))
  await stage('Modules', ensureModules)
  await stage('Database client', ensureDatabaseClient)
  if (needsPages) await stage('Pages of the panel', ensureBuild)
  if (needsMachines) await stage('Small bootable image', ensureTinyImage)
}

async function runRing(name: string): Promise<RingResult> {
  const dir = await mkdtemp(join(tmpdir(), 'berth-test-'))
  try {
    const ring = rings.get(name)
    return ring ? await ring(join(dir, 'report.json')) : noResult
  } finally {
    await rm(dir, { recursive: true })
  }
}

async function runChecks(): Promise<RingResult> {
  let result = noResult
  for (const check of checks) {
    const exitCode = await runOnTerminal(['pnpm', '--silent', `check:${check}`], { cwd: root })
    process.stdout.write(`${exitCode === 0 ? '✓' : '✗'} ${check}\n`)
    result = addResults(result, { ...noResult, [exitCode === 0 ? 'passed' : 'failed']: 1 })
  }
  return result
}

async function runVitest(project: string, reportPath: string): Promise<RingResult> {
  const args = ['run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${reportPath}`]
  const exitCode = await runOnTerminal(['pnpm', 'exec', 'vitest', ...args], { cwd: root })
  const report = await readFile(reportPath, 'utf8').catch(() => '')
  process.stdout.write(tellSecondTries(report))
  return parseVitestReport(report, exitCode)
}

async function runPlaywright(
  reportPath: string,
  args: readonly string[] = [],
  extra: Record<string, string> = {},
): Promise<RingResult> {
  const env = { PLAYWRIGHT_JSON_OUTPUT_NAME: reportPath, ...extra }
  const argv = ['pnpm', 'exec', 'playwright', 'test', '--reporter=list,json', ...args]
  const exitCode = await runOnTerminal(argv, { cwd: join(root, 'e2e'), env })
  return parsePlaywrightReport(await readFile(reportPath, 'utf8').catch(() => ''), exitCode)
}
