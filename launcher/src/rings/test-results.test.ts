import { expect, test } from 'vitest'
import { addResults, parsePlaywrightReport, parseVitestReport, summaryLine } from './test-results.ts'

const vitest = (report: Record<string, unknown>, exitCode: number) =>
  parseVitestReport(JSON.stringify({ testResults: [], ...report }), exitCode)

test('numbers are taken as they are', () => {
  expect(vitest({ numPassedTests: 8, numFailedTests: 2, numPendingTests: 1, numTodoTests: 1 }, 1)).toEqual({
    passed: 8,
    failed: 2,
    skipped: 2,
  })
  const stats = { expected: 5, unexpected: 1, flaky: 1, skipped: 2 }
  expect(parsePlaywrightReport(JSON.stringify({ stats, errors: [] }), 1)).toEqual({ passed: 5, failed: 2, skipped: 2 })
})

test('a file that did not load is one failure, a file with a failed test is none beside it', () => {
  const broken = { status: 'failed', assertionResults: [] }
  const failed = { status: 'failed', assertionResults: [{ status: 'failed' }] }
  expect(vitest({ numPassedTests: 3, numFailedTests: 1, testResults: [broken, failed] }, 1).failed).toBe(2)
})

test('a runner that ends badly without a failed test, finds nothing, or reports nothing has failed', () => {
  expect(vitest({ numPassedTests: 3 }, 1).failed).toBe(1)
  expect(vitest({}, 0).failed).toBe(1)
  expect(parseVitestReport('', 0).failed).toBe(1)
  expect(parsePlaywrightReport('{"sta', 1).failed).toBe(1)
  expect(parsePlaywrightReport(JSON.stringify({ stats: {}, errors: [{}] }), 1).failed).toBe(1)
})

test('the last line of all rings', () => {
  const total = addResults({ passed: 1, failed: 0, skipped: 2 }, { passed: 4, failed: 1, skipped: 0 })
  expect(summaryLine(total)).toBe('5 passed, 1 failed, 2 skipped')
})
