import type { FlightRecord } from '@berth/core/agent-contract/flight-record'
import { describe, expect, it } from 'vitest'
import { filterFlight, flightFile } from './flight-filter.ts'

const record = (
  sequence: number,
  direction: FlightRecord['direction'],
  [name, payload]: readonly [string, unknown],
): FlightRecord => ({
  sequence,
  at: '2026-11-22T17:00:00.000Z',
  direction,
  name,
  durationMs: null,
  payload,
})
const records = [
  record(1, 'command', ['query-status', undefined]),
  record(2, 'reply', ['query-status', { return: { status: 'running' } }]),
  record(3, 'event', ['STOP', {}]),
]
const shown = (text: string, ...directions: FlightRecord['direction'][]) =>
  filterFlight(records, text, new Set(directions)).map(({ sequence }) => sequence)

describe('the flight recorder', () => {
  it('finds words in names and payloads', () => {
    expect([shown(''), shown('RUNNING'), shown('status running'), shown('stop')]).toEqual([[1, 2, 3], [2], [2], [3]])
  })

  it('shows the chosen directions', () => {
    expect([shown('', 'event'), shown('status', 'command', 'event')]).toEqual([[3], [1]])
  })

  it('exports one object per line', () => {
    const lines = flightFile(records).trimEnd().split('\n')
    expect(lines).toEqual(records.map((record) => JSON.stringify(record)))
  })
})
