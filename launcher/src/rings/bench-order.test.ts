import { expect, test } from 'vitest'
import { chooseBenches } from './bench-order.ts'

const known = ['restart', 'create', 'zebra', 'console-many']

test('all there are, in the order of the promises, the others last', () => {
  expect(chooseBenches(known, [])).toEqual({
    names: ['create', 'console-many', 'restart', 'zebra'],
    unknown: undefined,
  })
})

test('those asked for, each once; a name that is none is told', () => {
  expect(chooseBenches(known, ['restart', 'create', 'restart']).names).toEqual(['create', 'restart'])
  expect(chooseBenches(known, ['restart', 'fly']).unknown).toBe('fly')
})
