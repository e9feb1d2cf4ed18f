/** Reads what the test runners report, strictly: what did not run, or could not be read, has failed. */
import { isRecord, parseJson } from '../data/settings.ts'

export interface RingResult {
  passed: number
  failed: number
  skipped: number
}

export const noResult: RingResult = { passed: 0, failed: 0, skipped: 0 }

export function addResults(left: RingResult, right: RingResult): RingResult {
  return {
    passed: left.passed + right.passed,
    failed: left.failed + right.failed,
    skipped: left.skipped + right.skipped,
  }
}

export function summaryLine({ passed, failed, skipped }: RingResult): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`
}

/** Of vitest's JSON report. A file that could not even be loaded has no tests in it; it counts as one failure. */
export function parseVitestReport(text: string, exitCode: number): RingResult {
  const report = parseJson(text)
  if (!isRecord(report) || !Array.isArray(report['testResults'])) return { ...noResult, failed: 1 }
  const brokenFiles = report['testResults'].filter(
    (file) =>
      isRecord(file) &&
      file['status'] === 'failed' &&
      !(
        Array.isArray(file['assertionResults']) &&
        file['assertionResults'].some((one) => isRecord(one) && one['status'] === 'failed')
      ),
  ).length
  return judge(
    {
      passed: count(report['numPassedTests']),
      failed: count(report['numFailedTests']) + brokenFiles,
      skipped: count(report['numPendingTests']) + count(report['numTodoTests']),
    },
    exitCode,
  )
}

/** Of Playwright's JSON report. A test that passed only on its second try has failed. */
export function parsePlaywrightReport(text: string, exitCode: number): RingResult {
  const report = parseJson(text)
  if (!isRecord(report) || !isRecord(report['stats'])) return { ...noResult, failed: 1 }
  const { expected, unexpected, flaky, skipped } = report['stats']
  const errors = Array.isArray(report['errors']) ? report['errors'].length : 0
  return judge(
    { passed: count(expected), failed: count(unexpected) + count(flaky) + errors, skipped: count(skipped) },
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
