import { describe, expect, it } from 'vitest'
import { errorCodeOf, errorLine, errorText, fieldErrors } from './error-text.ts'

const answered = (appError: object) => ({ message: 'x', data: { appError } })

describe('errorText', () => {
  it('gives sentence, message and remedy of what the panel answered', () => {
    const error = answered({ code: 'HOST_CAPACITY', message: '8 GiB asked, 3 GiB free.', details: {} })
    expect(errorText(error)).toMatchObject({
      code: 'HOST_CAPACITY',
      sentence: 'No host has room for this machine.',
      message: '8 GiB asked, 3 GiB free.',
    })
    expect(errorLine(error)).toBe('8 GiB asked, 3 GiB free. Free memory or disk, or choose a smaller size.')
  })

  it('reads the error of a task, and says nothing twice', () => {
    const wire = { code: 'TIMEOUT', message: 'It took too long.', details: {} }
    expect(errorText(wire).message).toBeNull()
    expect(errorLine(wire)).toBe('Try again.')
  })

  it("ends a program's words with a full stop before it says what to do", () => {
    const wire = { code: 'QEMU_START_FAILED', message: 'Failed to get "write" lock', details: {} }
    expect(errorLine(wire)).toBe('Failed to get "write" lock. Its last lines say why; see the details.')
  })

  it('tells no answer from an answer that is not understood', () => {
    expect(errorText(Object.assign(new Error('fetch failed'), { data: undefined })).sentence).toMatch(/did not answer/)
    expect(errorCodeOf(answered({ code: 'NEW_CODE', message: '', details: {} }))).toBe('INTERNAL')
    expect(errorCodeOf('thrown text')).toBe('INTERNAL')
  })
})

describe('fieldErrors', () => {
  it('puts each issue at its path', () => {
    const issues = [
      { path: 'nics.0.networkId', message: 'Not an id.' },
      { path: 'vcpus', message: 'Too small.' },
      'nonsense',
    ]
    expect(fieldErrors(answered({ code: 'INPUT_INVALID', message: '', details: { issues } }))).toEqual({
      'nics.0.networkId': 'Not an id.',
      vcpus: 'Too small.',
    })
  })

  it('knows the field of a refusal that names it, and of names that are taken', () => {
    const tooSmall = { code: 'SIZE_INVALID', message: 'diskBytes: at least 3 GiB.', details: { field: 'diskBytes' } }
    expect(fieldErrors(answered(tooSmall))).toEqual({ diskBytes: 'at least 3 GiB.' })
    expect(fieldErrors(answered({ code: 'NAME_TAKEN', message: 'web-1 exists.', details: {} }))).toEqual({
      name: 'web-1 exists.',
    })
    expect(fieldErrors(new Error('x'))).toEqual({})
  })
})
