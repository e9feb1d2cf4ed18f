/**
 * The last messages between the agent and one machine's QEMU: what an error report, and a person who asks "what did it
 * say?", look at.
 *
 * Owns a ring that outlives single connections, so that it also shows reconnects. Secrets never enter it: they are
 * replaced before a record is made. Payloads are kept as text and cut, so that a ring stays below 1.5 MiB whatever QEMU
 * sends.
 */
import type { FlightRecord } from '@berth/core/agent-contract/flight-record'

export interface RecorderFilter {
  direction?: FlightRecord['direction']
  /** A command's or event's name. */
  name?: string
  /** Only records after that one. */
  afterSequence?: number
  /** The newest so many; default all. */
  limit?: number
}

type StoredRecord = Omit<FlightRecord, 'payload'> & { text: string }

interface NewRecord {
  direction: FlightRecord['direction']
  name: string
  payload: unknown
  durationMs?: number
}

/** 500 commands with their answers. */
const maxRecords = 1_000
const maxTextChars = 1_000
const hidden = '•••'
const secretKeys = new Set(['password', 'passwd', 'crypted-password', 'secret', 'key'])

export class FlightRecorder {
  readonly #ring: StoredRecord[] = []
  #lastSequence = 0

  add({ direction, name, payload, durationMs }: NewRecord): void {
    const at = new Date().toISOString()
    const text = payloadText({ direction, name, payload })
    this.#ring.push({ sequence: ++this.#lastSequence, at, direction, name, durationMs: durationMs ?? null, text })
    if (this.#ring.length > maxRecords) this.#ring.shift()
  }

  /** Oldest first. A payload that was too long is its beginning, as a string. */
  read(filter: RecorderFilter = {}): FlightRecord[] {
    const found = this.#ring.filter(
      (record) =>
        (filter.direction === undefined || record.direction === filter.direction) &&
        (filter.name === undefined || record.name === filter.name) &&
        (filter.afterSequence === undefined || record.sequence > filter.afterSequence),
    )
    const newest = filter.limit === undefined ? found : found.slice(-filter.limit)
    return newest.map(({ text, ...record }) => {
      const payload: unknown = text.endsWith('…') ? text : JSON.parse(text)
      return { ...record, payload }
    })
  }
}

/**
 * The payload as text without secrets. Hidden besides passwords: `data` of secret objects and what is set or read by QOM
 * under that name (qom-get of it returns the key, QEMU 7.2), and the keys that a user types.
 */
function payloadText({ direction, name, payload }: NewRecord): string {
  if (name === 'send-key' && direction === 'command') return JSON.stringify(hidden)
  if (name === 'qom-get' && direction === 'reply' && typeof payload === 'string') return JSON.stringify(hidden)
  const hidesData = name === 'object-add' || name === 'qom-set'
  const isSecret = (key: string): boolean => secretKeys.has(key) || (hidesData && (key === 'data' || key === 'value'))
  const text = JSON.stringify(payload, (key, member: unknown) =>
    typeof member === 'string' && isSecret(key) ? hidden : member,
  )
  return text.length > maxTextChars ? `${text.slice(0, maxTextChars)}…` : text
}
