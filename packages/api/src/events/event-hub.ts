/**
 * The browsers' stream: follows the outbox, loads each changed thing once, and hands it to every reader that may hear it.
 *
 * Owns the position up to which the outbox was read. Invariants: positions become visible in their order (the database
 * gives them at commit), so "greater than the last" misses nothing; a notification is only a wake-up, and each new
 * connection reads what it may have missed; a reader is registered before its past is read, so nothing falls between.
 */
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import type { Logger } from 'pino'
import { AppError } from '@berth/core/errors/app-error'
import type { MoveView } from '@berth/core/migration/move-view'
import type { DatabaseClient, PrismaClient } from '@berth/prisma/client'
import { isDatabaseUnavailable } from '@berth/prisma/database-errors'
import type { Gauges } from '../agents/agent-ingest.ts'
import type { EventPort, StreamedEvent, StreamRequest } from '../trpc/event-port.ts'
import { EventReader } from './event-reader.ts'
import { loadEvents, mayHear, type LoadedEvent, type ViewLoaders } from './event-views.ts'
import { announce, keptPositions, readEventsAfter, type StoredEvent } from './outbox-repo.ts'

const channel = 'berth_event'
const batchSize = 500
/** A browser that missed more reads everything again: that is cheaper than telling it. */
const maxMissed = 2_000
const reconnectMs = 500
/** A connection that died without a word wakes nobody, so it is asked now and then whether it is still there. */
const askEveryMs = 10_000
const askTimeoutMs = 5_000

export interface EventHubOptions {
  readonly db: PrismaClient
  readonly databaseUrl: string
  readonly loaders: ViewLoaders
  readonly log: Logger
}

export class EventHub implements EventPort, AsyncDisposable {
  readonly #options: EventHubOptions
  readonly #readers = new Set<EventReader>()
  readonly #owners = new Map<string, string>()
  readonly #stopped = new AbortController()
  readonly #started = Promise.withResolvers<void>()
  readonly #ended: Promise<void>
  #position = 0n
  #hasBegun = false
  #isLearning = false
  #woken = Promise.withResolvers<void>()

  constructor(options: EventHubOptions) {
    this.#options = options
    this.#ended = this.#follow()
  }

  async vmChanged(tx: DatabaseClient, vmId: string): Promise<void> {
    await announce(tx, { kind: 'vm.changed', vmId })
  }

  /** Live figures go to whoever listens right now. A viewer gets those of his own machines, and none of hosts. */
  tellGauges(gauges: Gauges): void {
    this.#learnOwners(Object.keys(gauges.vms))
    for (const reader of this.#readers) {
      const seen = reader.viewerId === null ? gauges : this.#scoped(gauges, reader.viewerId)
      if (seen !== null) reader.pushGauges(seen)
    }
  }

  /** As figures are: to whoever listens now, and may see the machine. */
  tellMove(move: MoveView, ownerId: string | null): void {
    for (const reader of this.#readers) {
      if (reader.viewerId === null || reader.viewerId === ownerId) reader.pushMove(move)
    }
  }

  async *stream({ ownerId, lastEventId, signal }: StreamRequest): AsyncGenerator<StreamedEvent> {
    await startedOrAborted(this.#started.promise, signal)
    const reader = new EventReader(ownerId)
    this.#readers.add(reader)
    const close = (): void => reader.close()
    signal.addEventListener('abort', close, { once: true })
    try {
      const seen = yield* this.#missed(reader, lastEventId)
      for await (const streamed of reader) {
        if (streamed.id === null || streamed.event.kind === 'stream.reset' || BigInt(streamed.id) > seen) yield streamed
      }
    } finally {
      signal.removeEventListener('abort', close)
      this.#readers.delete(reader)
      // Nobody is left to hear of removals by; what was known may be wrong by then.
      if (this.#readers.size === 0) this.#owners.clear()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped.abort()
    this.#woken.resolve()
    for (const reader of this.#readers) reader.close()
    await this.#ended
  }

  /**
   * What was committed after `lastEventId` and before the reader was registered. Answers up to where it told. A reader
   * without a past is told to read everything: what it read before it was registered may have changed since, and only we
   * know when it was. It has an id from then on, so that it comes back with a past however early its line breaks.
   */
  async *#missed(reader: EventReader, lastEventId: string | null): AsyncGenerator<StreamedEvent, bigint> {
    const upTo = this.#position
    const after = lastEventId === null ? null : positionOf(lastEventId)
    const { first, last } = (await keptPositions(this.#options.db)) ?? { first: 1n, last: 0n }
    if (after === null || after < first - 1n || after > last || upTo - after > BigInt(maxMissed)) {
      yield { id: String(upTo), event: { kind: 'stream.reset' } }
      return upTo
    }
    // Beyond `upTo`, the hub tells it itself.
    for (let position = after; position < upTo;) {
      const stored = await readEventsAfter(this.#options.db, position, batchSize)
      const past = stored.filter((event) => event.position <= upTo)
      if (past.length === 0) break
      for (const event of await loadEvents(this.#options.loaders, past)) {
        if (mayHear(reader.viewerId, event.audience)) yield streamedOf(event)
      }
      position = past.at(-1)?.position ?? upTo
    }
    return after > upTo ? after : upTo
  }

  async #follow(): Promise<void> {
    while (!this.#isStopped()) {
      try {
        await this.#followOnce()
      } catch (error) {
        if (!this.#isStopped()) this.#options.log.warn({ err: error }, 'event stream of the database broke')
      }
      await this.#pause()
    }
  }

  async #followOnce(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.#options.databaseUrl,
      application_name: 'berth-events',
      keepAlive: true,
      connectionTimeoutMillis: askTimeoutMs,
      query_timeout: askTimeoutMs,
    })
    const line: { failure: Error | null } = { failure: null }
    const wake = (): void => {
      this.#woken.resolve()
      this.#woken = Promise.withResolvers()
    }
    // pg ends a lost connection with one of the two; either way the loop below must not wait for ever.
    client.on('error', (error) => {
      line.failure = error
      wake()
    })
    client.on('end', () => {
      line.failure ??= new Error('The connection was closed.')
      wake()
    })
    client.on('notification', wake)
    await client.connect()
    try {
      await client.query(`LISTEN ${channel}`)
      await this.#begin()
      while (!this.#isStopped()) {
        const woken = this.#woken.promise
        await this.#readOn()
        if (line.failure !== null) {
          throw new AppError('DATABASE_UNAVAILABLE', 'Not listening.', { cause: line.failure })
        }
        if (!(await happensWithin(woken, askEveryMs))) await client.query('SELECT 1')
      }
    } finally {
      await client.end()
    }
  }

  /** Only the first time: after a lost connection the outbox is read from where it was left. */
  async #begin(): Promise<void> {
    if (!this.#hasBegun) this.#position = (await keptPositions(this.#options.db))?.last ?? 0n
    this.#hasBegun = true
    this.#started.resolve()
  }

  async #readOn(): Promise<void> {
    for (;;) {
      const stored = await readEventsAfter(this.#options.db, this.#position, batchSize)
      const last = stored.at(-1)
      if (last === undefined) return
      // Nobody listens: nothing to load. Decided and moved on in one turn, so that a reader that registers meanwhile
      // counts these to its past.
      if (this.#readers.size === 0) {
        this.#position = last.position
        continue
      }
      const loaded = await this.#load(stored)
      this.#position = last.position
      for (const event of loaded) this.#deliver(event)
    }
  }

  /** A view that cannot be made must not stop the stream for all: everybody reads again, and it shows up there. */
  async #load(stored: readonly StoredEvent[]): Promise<LoadedEvent[]> {
    try {
      return await loadEvents(this.#options.loaders, stored)
    } catch (error) {
      if (isDatabaseUnavailable(error)) throw error
      this.#options.log.error({ err: error }, 'a view could not be loaded for the event stream')
      for (const reader of this.#readers) reader.reset(String(stored.at(-1)?.position ?? this.#position))
      return []
    }
  }

  #deliver(loaded: LoadedEvent): void {
    if (loaded.event.kind === 'vm.changed') this.#owners.set(loaded.event.vm.vmId, loaded.event.vm.owner.userId)
    if (loaded.event.kind === 'vm.removed') this.#owners.delete(loaded.event.vmId)
    const streamed = streamedOf(loaded)
    for (const reader of this.#readers) if (mayHear(reader.viewerId, loaded.audience)) reader.push(streamed)
  }

  /** Whose machines these are, once per machine, and only while somebody listens who may not hear of all. */
  #learnOwners(vmIds: readonly string[]): void {
    if (![...this.#readers].some((reader) => reader.viewerId !== null)) return
    const unknown = vmIds.filter((vmId) => !this.#owners.has(vmId))
    if (unknown.length === 0 || this.#isLearning) return
    this.#isLearning = true
    this.#options.loaders
      .vms(unknown)
      .then((views) => {
        for (const view of views) this.#owners.set(view.vmId, view.owner.userId)
      })
      .catch((error: unknown) => this.#options.log.warn({ err: error }, 'owners not loaded'))
      .finally(() => {
        this.#isLearning = false
      })
  }

  #scoped(gauges: Gauges, viewerId: string): Gauges | null {
    const own = Object.entries(gauges.vms).filter(([vmId]) => this.#owners.get(vmId) === viewerId)
    return own.length === 0 ? null : { ...gauges, host: null, vms: Object.fromEntries(own) }
  }

  #isStopped(): boolean {
    return this.#stopped.signal.aborted
  }

  async #pause(): Promise<void> {
    try {
      await wait(reconnectMs, undefined, { signal: this.#stopped.signal })
    } catch (error) {
      if (!this.#isStopped()) throw error
    }
  }
}

const streamedOf = ({ position, event }: LoadedEvent): StreamedEvent => ({ id: String(position), event })

const positionOf = (id: string): bigint | null => (/^\d{1,18}$/.test(id) ? BigInt(id) : null)

async function startedOrAborted(started: Promise<void>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  const aborted = Promise.withResolvers<never>()
  const abort = (): void => aborted.reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  try {
    await Promise.race([started, aborted.promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

async function happensWithin(event: Promise<void>, ms: number): Promise<boolean> {
  const patience = new AbortController()
  const late = wait(ms, false, patience).catch(() => false)
  try {
    return await Promise.race([event.then(() => true), late])
  } finally {
    patience.abort()
  }
}
