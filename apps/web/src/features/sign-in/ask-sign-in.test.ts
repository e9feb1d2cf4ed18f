import { describe, expect, it } from 'vitest'
import { outcomeOf } from './ask-sign-in.ts'

describe('outcomeOf', () => {
  it.each([400, 401])('reads %d as wrong credentials', (status) => {
    expect(outcomeOf(status, null, '{"code":"INVALID_EMAIL_OR_PASSWORD"}')).toEqual({ kind: 'wrong' })
  })

  it('takes the time to wait from the header, or from the sentence', () => {
    const before = Date.now()
    const byHeader = outcomeOf(429, '42', '')
    const bySentence = outcomeOf(429, null, '{"message":"Too many attempts for this account. Try again in 840 s."}')
    expect(byHeader.kind === 'wait' && byHeader.untilMs - before).toBeGreaterThanOrEqual(42_000)
    expect(bySentence.kind === 'wait' && bySentence.untilMs - before).toBeGreaterThanOrEqual(840_000)
  })

  it('names an answer that is neither', () => {
    expect(outcomeOf(500, null, '')).toMatchObject({ kind: 'failed', message: expect.stringContaining('500') })
    expect(outcomeOf(403, null, '{"error":{"code":"ORIGIN_FORBIDDEN"}}')).toMatchObject({ kind: 'failed' })
  })

  it('tells who must choose a password and whose account is disabled', () => {
    expect(outcomeOf(200, null, '{}')).toEqual({ kind: 'signedIn', mustChangePassword: false })
    const user = '{"token":"x","user":{"name":"Eve","mustChangePassword":true}}'
    expect(outcomeOf(200, null, user)).toEqual({ kind: 'signedIn', mustChangePassword: true })
    expect(outcomeOf(403, null, '{"code":"ACCOUNT_DISABLED"}')).toEqual({ kind: 'disabled' })
  })
})
