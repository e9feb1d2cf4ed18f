import { expect, it } from 'vitest'
import { checksByNeed, checksSummary, clockText } from './host-words.ts'

const check = (status: 'ok' | 'warning' | 'failed') => ({ name: status, status, message: '' })

it('shows first what needs a reader', () => {
  const checks = [check('ok'), check('warning'), check('failed'), check('ok')]
  expect(checksByNeed(checks).map(({ status }) => status)).toEqual(['failed', 'warning', 'ok', 'ok'])
  expect(checksSummary(checks)).toBe('1 failed, 1 warning')
  expect(checksSummary([check('ok'), check('ok')])).toBe('All 2 checks pass')
  expect(checksSummary([check('ok')])).toBe('Its check passes')
  expect(checksSummary([check('warning'), check('warning')])).toBe('2 warnings')
})

it('says which way a clock is off, and when that matters', () => {
  expect(clockText(-19.5)).toEqual({ text: 'in step with the panel', isOff: false })
  expect(clockText(400)).toEqual({ text: '400 ms ahead of the panel', isOff: false })
  expect(clockText(-90_000)).toEqual({ text: '1 min 30 s behind the panel', isOff: true })
  expect(clockText(null).isOff).toBe(false)
})
