import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AppError, errorFromWire, errorToWire, toAppError } from './app-error.ts'
import { errorCodeNames } from './error-codes.ts'

describe('AppError over the wire', () => {
  it('arrives as it was, with its chain of causes', () => {
    const code = fc.constantFrom(...errorCodeNames)
    // No record that was read from JSON may set it, so it does not arrive, and need not.
    const key = fc.string().filter((each) => each !== '__proto__')
    const details = fc.dictionary(key, fc.oneof(fc.string(), fc.integer(), fc.boolean()))
    fc.assert(
      fc.property(fc.tuple(code, code), fc.string(), details, ([outer, inner], message, values) => {
        const cause = new AppError(inner, 'inner', { component: 'agent/qmp' })
        const sent = new AppError(outer, message, { details: values, cause, phase: 'spawn' })
        const received = errorFromWire(JSON.parse(JSON.stringify(sent.toWire())))
        expect(received).toMatchObject({
          code: outer,
          message,
          phase: 'spawn',
          cause: { code: inner, component: 'agent/qmp' },
        })
        expect({ ...received.details }).toEqual({ ...values })
      }),
    )
  })

  it('reads a code that only a newer peer knows as INTERNAL', () => {
    expect(errorFromWire({ code: 'FROM_THE_FUTURE', message: 'x' }).code).toBe('INTERNAL')
  })

  it('ends an endless chain', () => {
    const loop = new Error('a')
    loop.cause = loop
    expect(JSON.stringify(errorToWire(loop)).length).toBeLessThan(2_000)
  })

  it('wraps whatever is thrown', () => {
    expect(toAppError('text')).toMatchObject({ code: 'INTERNAL', message: 'text' })
    const own = new AppError('VM_BUSY', 'x')
    expect(toAppError(own)).toBe(own)
    expect(own.isRetryable).toBe(true)
  })
})
