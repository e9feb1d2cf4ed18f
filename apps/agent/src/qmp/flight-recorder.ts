/**
 * The last exchanges with one machine's QEMU: what an error report, and a person who asks "what did it say?", look at.
 *
 * Owns a ring that outlives single connections, so that it also shows reconnects. Secrets never enter it: they are taken
 * out before an entry is made, and texts are cut, so that a ring stays below 1 MiB whatever QEMU sends.
 */
export type RecordedOutcome =
  'pending' | 'returned' | 'refused' | 'timedOut' | 'interrupted' | 'cancelled' | 'malformed'

export interface RecordedCommand {
  kind: 'command'
  atMs: number
  name: string
  /** JSON, cut at 1,000 characters; secrets are "(hidden)". */
  arguments: string
  outcome: RecordedOutcome
  /** JSON of the reply, or QEMU's "Class: desc", cut at 1,000 characters. */
  reply?: string
  durationMs?: number
}

export interface RecordedEvent {
  kind: 'event'
  atMs: number
  name: string
  data: string
}

/** A change of the connection: "connecting → running", with what caused it. */
export interface RecordedLink {
  kind: 'link'
  atMs: number
  name: string
  cause?: string
}

export type RecordedExchange = RecordedCommand | RecordedEvent | RecordedLink

export interface RecorderFilter {
  kind?: RecordedExchange['kind']
  /** A command's or event's name. */
  name?: string
  sinceMs?: number
  /** Only commands with these outcomes. */
  outcomes?: readonly RecordedOutcome[]
  /** The newest so many; default all. */
  limit?: number
}

const maxEntries = 500
const maxTextChars = 1_000
const secretKeys = new Set(['password', 'passwd', 'secret', 'key', 'crypted-password'])

export class FlightRecorder {
  readonly #ring: RecordedExchange[] = []

  add(entry: RecordedExchange): void {
    this.#ring.push(entry)
    if (this.#ring.length > maxEntries) this.#ring.shift()
  }

  /** Oldest first. Entries are live: a pending command's outcome is filled in when it ends. */
  read(filter: RecorderFilter = {}): readonly RecordedExchange[] {
    const found = this.#ring.filter(
      (entry) =>
        (filter.kind === undefined || entry.kind === filter.kind) &&
        (filter.name === undefined || entry.name === filter.name) &&
        (filter.sinceMs === undefined || entry.atMs >= filter.sinceMs) &&
        (filter.outcomes === undefined || (entry.kind === 'command' && filter.outcomes.includes(entry.outcome))),
    )
    return filter.limit === undefined ? found : found.slice(-filter.limit)
  }
}

/**
 * A command's arguments as text without secrets. What is hidden besides passwords: `data` of secret objects (qom-get of
 * it returns the key, QEMU 7.2), and the keys that a user types.
 */
export function recordableArguments(command: string, args: unknown): string {
  if (command === 'send-key') return '"(hidden)"'
  return toText(args, command === 'object-add' || command === 'qom-set')
}

/** A reply as text without secrets. `args` are those of the command: qom-get says in them what it reads. */
export function recordableReply(command: string, args: unknown, reply: unknown): string {
  return command === 'qom-get' && toText(args, false).includes('"data"') ? '"(hidden)"' : toText(reply, false)
}

export const recordableEvent = (data: unknown): string => toText(data, false)

function toText(value: unknown, hidesData: boolean): string {
  const isSecret = (key: string): boolean => secretKeys.has(key) || (hidesData && (key === 'data' || key === 'value'))
  const text = JSON.stringify(value, (key, member: unknown) =>
    typeof member === 'string' && isSecret(key) ? '(hidden)' : member,
  )
  return text.length > maxTextChars ? `${text.slice(0, maxTextChars)}…` : text
}
