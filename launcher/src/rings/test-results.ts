/**
 * Reads what the test runners report, strictly: what did not run, or could not be read, has failed. A test that passed at its
 * second try has passed, and is counted by itself as well (docs/decisions/0020-a-second-try.md).
 */
import { isRecord, parseJson } from '../data/settings.ts'

export interface RingResult {
  passed: number
  failed: number
  skipped: number
  /** Of those that passed. */
  atSecondTry: number
}

export const noResult: RingResult = { passed: 0, failed: 0, skipped: 0, atSecondTry: 0 }

export function addResults(left: RingResult, right: RingResult): RingResult {
  return {
    passed: left.passed + right.passed,
    failed: left.failed + right.failed,
    skipped: left.skipped + right.skipped,
    atSecondTry: left.atSecondTry + right.atSecondTry,
  }
}

export function summaryLine({ passed, failed, skipped }: RingResult): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`
}

/** Undefined where every test passed, or failed, at once. */
export function secondTries({ atSecondTry }: RingResult): string | undefined {
  return atSecondTry === 0 ? undefined : `${atSecondTry} passed at the second try only, see above`
}

/** Of vitest's JSON report. A file that could not even be loaded has no tests in it; it counts as one failure. */
export function parseVitestReport(text: string, exitCode: number): RingResult {
  const report = parseJson(text)
  if (!isRecord(report) || !Array.isArray(report['testResults'])) return { ...noResult, failed: 1 }
  const files = report['testResults'].filter((file) => isRecord(file))
  const brokenFiles = files.filter(
    (file) => file['status'] === 'failed' && !testsOf(file).some((one) => one['status'] === 'failed'),
  ).length
  return judge(
    {
      passed: count(report['numPassedTests']),
      failed: count(report['numFailedTests']) + brokenFiles,
      skipped: count(report['numPendingTests']) + count(report['numTodoTests']),
      atSecondTry: files.flatMap(testsOf).filter(hasPassedLate).length,
    },
    exitCode,
  )
}

/** What the first tries threw of those that then passed, which vitest keeps to itself; empty where there is none. */
export function tellSecondTries(text: string): string {
  const report = parseJson(text)
  if (!isRecord(report) || !Array.isArray(report['testResults'])) return ''
  return report['testResults']
    .filter((file) => isRecord(file))
    .flatMap((file) =>
      testsOf(file)
        .filter(hasPassedLate)
        .map((one) => tellSecondTry(file['name'], one)),
    )
    .join('')
}

function tellSecondTry(file: unknown, { fullName, failureMessages }: Record<string, unknown>): string {
  const messages = Array.isArray(failureMessages) ? failureMessages.map(String) : []
  return `\nAt its second try: ${String(file)} > ${String(fullName)}\n${messages.join('\n')}\n`
}

function testsOf(file: Record<string, unknown>): Record<string, unknown>[] {
  const tests = file['assertionResults']
  return Array.isArray(tests) ? tests.filter((one) => isRecord(one)) : []
}

/** What the first try threw is kept with a test that then passed. */
const hasPassedLate = ({ status, failureMessages }: Record<string, unknown>): boolean =>
  status === 'passed' && Array.isArray(failureMessages) && failureMessages.length > 0

/** Of Playwright's JSON report. */
export function parsePlaywrightReport(text: string, exitCode: number): RingResult {
  const report = parseJson(text)
  if (!isRecord(report) || !isRecord(report['stats'])) return { ...noResult, failed: 1 }
  const { expected, unexpected, flaky, skipped } = report['stats']
  const errors = Array.isArray(report['errors']) ? report['errors'].length : 0
  return judge(
    {
      passed: count(expected) + count(flaky),
      failed: count(unexpected) + errors,
      skipped: count(skipped),
      atSecondTry: count(flaky),
    },
    exitCode,
  )
}

/** A runner that failed without a failed test (an unhandled rejection), or that found no test at all, is a failure too. */
function judge(result: RingResult, exitCode: number): RingResult {
  const isSilentFailure = exitCode !== 0 && result.failed === 0
  const isEmpty = result.passed + result.failed + result.skipped === 0
  return isSilentFailure || isEmpty ? { ...result, failed: result.failed + 1 } : result
}

function count(value: unknown): number {
  return typeof value === 'number' ? value : 0
}
