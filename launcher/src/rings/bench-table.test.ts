import { expect, test } from 'vitest'
import { formatBenchTable, parseBenchRows } from './bench-table.ts'

const row = {
  name: 'create',
  case: 'tiny',
  ours: 212.345,
  peer: 100,
  ratio: 2.12345,
  unit: 'ms',
  hold: '≤ 150 ms on top',
  ok: true,
}

test('columns line up, numbers are short, a number without a peer shows a dash', () => {
  expect(formatBenchTable([row, { ...row, name: 'sample', peer: null, ratio: null, ok: false }])).toBe(
    [
      'name    case  ours   peer  ratio  unit  hold             ok',
      'create  tiny  212.3  100   2.12×  ms    ≤ 150 ms on top  yes',
      'sample  tiny  212.3  –     –      ms    ≤ 150 ms on top  NO',
      '',
    ].join('\n'),
  )
})

test('a file that was cut short holds no rows', () => {
  expect(parseBenchRows(JSON.stringify([row]))).toEqual([row])
  expect(parseBenchRows('[{"name":"crea')).toEqual([])
  expect(parseBenchRows('[{"name":"create"}]')).toEqual([])
})
