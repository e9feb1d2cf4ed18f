import { expect, test } from 'vitest'
import {
  addResults,
  noResult,
  parsePlaywrightReport,
  parseVitestReport,
  secondTries,
  summaryLine,
  tellSecondTries,
} from './test-results.ts'

const vitest = (report: Record<string, unknown>, exitCode: number) =>
  parseVitestReport(JSON.stringify({ testResults: [], ...report }), exitCode)

test('numbers are taken as they are', () => {
  expect(vitest({ numPassedTests: 8, numFailedTests: 2, numPendingTests: 1, numTodoTests: 1 }, 1)).toEqual({
    passed: 8,
    failed: 2,
    skipped: 2,
    atSecondTry: 0,
  })
  const stats = { expected: 5, unexpected: 1, flaky: 1, skipped: 2 }
  expect(parsePlaywrightReport(JSON.stringify({ stats, errors: [] }), 1)).toEqual({
    ...{ passed: 6, failed: 1, skipped: 2, atSecondTry: 1 },
  })
})

test('what passed at its second try is told', () => {
  const late = { status: 'passed', fullName: 'a move ends', failureMessages: ['AssertionError: expected 1 to be 2'] }
  const assertionResults = [late, { status: 'passed', failureMessages: [] }]
  const result = vitest({ numPassedTests: 2, testResults: [{ status: 'passed', assertionResults }] }, 0)
  expect(result).toEqual({ ...noResult, passed: 2, atSecondTry: 1 })
  expect(secondTries(result)).toMatch(/^1 passed at the second try/)
  expect(secondTries(noResult)).toBeUndefined()
  const report = { testResults: [{ name: '/a.test.ts', status: 'passed', assertionResults }] }
  expect(tellSecondTries(JSON.stringify(report))).toBe(
    '\nAt its second try: /a.test.ts > a move ends\nAssertionError: expected 1 to be 2\n',
  )
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
  const total = addResults({ ...noResult, passed: 1, skipped: 2 }, { ...noResult, passed: 4, failed: 1 })
  expect(summaryLine(total)).toBe('5 passed, 1 failed, 2 skipped')
})
