import { expect, it } from 'vitest'
import { faultSharesSchema, faultsOf } from './sim-fault.ts'

it('hears a fault in a machine’s name, and only as a whole word', () => {
  expect([...faultsOf('web-sim-fail-start-3')]).toEqual(['fail-start'])
  expect([...faultsOf('sim-deaf')]).toEqual(['deaf'])
  expect(faultsOf('sim-deafness').size).toBe(0)
  expect(faultsOf('fail-start').size).toBe(0)
})

it('reads shares, and names what it does not know', () => {
  expect(faultSharesSchema.parse('fail-start:0.05,deaf:1')).toEqual(
    new Map([
      ['fail-start', 0.05],
      ['deaf', 1],
    ]),
  )
  expect(faultSharesSchema.parse('')).toEqual(new Map())
  for (const wrong of ['fail-stop:0.1', 'deaf', 'deaf:2'])
    expect(() => faultSharesSchema.parse(wrong)).toThrow(/none of/)
})
