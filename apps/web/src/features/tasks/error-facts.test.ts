import { expect, it } from 'vitest'
import { causeChain, errorFactsOf } from './error-facts.ts'

it('takes a program’s last lines apart from plain facts, and leaves out what is empty', () => {
  const details = { lastLines: ['qemu: no disk'], exitCode: 1, signal: null, names: ['a', 'b'], range: { from: 1 } }
  expect(errorFactsOf(details)).toEqual({
    lastLines: ['qemu: no disk'],
    facts: [
      { name: 'exit code', value: '1' },
      { name: 'names', value: 'a, b' },
      { name: 'range', value: '{"from":1}' },
    ],
  })
})

it('lists causes outermost first', () => {
  const inner = { code: 'COMMAND_FAILED', message: 'b', details: {} } as const
  const outer = { code: 'QEMU_START_FAILED', message: 'a', details: {}, cause: inner } as const
  expect(causeChain(outer)).toEqual([outer, inner])
})
