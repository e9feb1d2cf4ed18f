import { expect, test } from 'vitest'
import { whatIsMissing } from './health.ts'

test('a host that is not online yet says how far it has come, step by step', () => {
  const steps = [
    whatIsMissing(undefined, false),
    whatIsMissing('running', false),
    whatIsMissing('running', true),
    whatIsMissing('restarting', true),
    whatIsMissing('waiting', true),
  ]
  expect(steps[0]).toContain('token')
  expect(steps[1]).toContain('QEMU')
  expect(steps[2]).toContain('the panel connects')
  expect(steps[3]).toContain('again')
  expect(new Set(steps).size).toBe(steps.length)
  expect(whatIsMissing('waiting', false)).toBe(steps[0])
})
