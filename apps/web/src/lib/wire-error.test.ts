import { errorCodeNames, errorCodes } from '@berth/core/errors/error-codes'
import { describe, expect, it } from 'vitest'
import { hasCode, isRetryable, retryableCodes } from './wire-error.ts'

const answered = (code: string) => ({ message: 'x', data: { appError: { code, message: '', details: {} } } })

describe('wire errors', () => {
  it('repeats a read for the codes that the table calls retryable, and for no others', () => {
    expect([...retryableCodes].sort()).toEqual(errorCodeNames.filter((code) => errorCodes[code].isRetryable).sort())
    expect(isRetryable(answered('DATABASE_UNAVAILABLE'))).toBe(true)
    expect(isRetryable(answered('VM_NOT_FOUND'))).toBe(false)
    expect(isRetryable(answered('NEW_CODE'))).toBe(false)
  })

  it('repeats a read that had no answer, and none that threw in the page', () => {
    expect(isRetryable(Object.assign(new Error('fetch failed'), { data: undefined }))).toBe(true)
    expect(isRetryable('thrown text')).toBe(false)
  })

  it('knows a code in an answer and in a task', () => {
    expect(hasCode(answered('SESSION_REQUIRED'), 'SESSION_REQUIRED')).toBe(true)
    expect(hasCode({ code: 'TIMEOUT', message: '', details: {} }, 'TIMEOUT')).toBe(true)
    expect(hasCode(new Error('x'), 'TIMEOUT')).toBe(false)
  })
})
