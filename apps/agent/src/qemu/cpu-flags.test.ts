import { expect, it } from 'vitest'
import { flagsIn } from './cpu-flags.ts'

it('keeps what the processor has, by one name each', () => {
  const props = {
    sse4_1: true,
    'sse4-1': true,
    xd: true,
    nx: true,
    avx: false,
    level: 13,
    migratable: true,
    'hv-time': true,
  }
  expect(flagsIn(props)).toEqual(['nx', 'sse4-1'])
})
