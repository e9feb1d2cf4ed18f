/** Filters and exports the flight recorder's lines. Pure. */
import type { FlightRecord } from '@berth/core/agent-contract/flight-record'

export const flightDirections = ['command', 'reply', 'error', 'event'] as const
export type FlightDirection = FlightRecord['direction']

/** Every word must be in the record's name or payload, whatever the case. No direction chosen means all. */
export function filterFlight(
  records: readonly FlightRecord[],
  text: string,
  directions: ReadonlySet<FlightDirection>,
): readonly FlightRecord[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  return records.filter((record) => {
    if (directions.size > 0 && !directions.has(record.direction)) return false
    if (words.length === 0) return true
    const content = `${record.name} ${payloadText(record)}`.toLowerCase()
    return words.every((word) => content.includes(word))
  })
}

export const payloadText = ({ payload }: FlightRecord): string => (payload === undefined ? '' : JSON.stringify(payload))

/** One JSON object per line, oldest first: what tools read, and what a report wants. */
export const flightFile = (records: readonly FlightRecord[]): string =>
  records.map((record) => `${JSON.stringify(record)}\n`).join('')
