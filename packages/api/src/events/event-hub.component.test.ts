import { describe, expect, it, vi } from 'vitest'
import { hostIdSchema, newUuid, operationIdSchema, vmIdSchema } from '@berth/core/ids/ids'
import { operationViewSchema, type OperationView } from '@berth/core/operation/operation'
import { createTestDatabase } from '@berth/prisma/test-database'
import { silentLog } from '../operation/testing/operation-world.ts'
import type { StreamedEvent } from '../trpc/event-port.ts'
import { EventHub } from './event-hub.ts'
import { EventReader } from './event-reader.ts'
import type { ViewLoaders } from './event-views.ts'
import { announce, deleteOldEvents } from './outbox-repo.ts'

const viewOf = (operationId: string): OperationView =>
  operationViewSchema.parse({
    operationId,
    kind: 'vm.start',
    title: 'Start web-1',
    status: 'running',
    target: { vmId: null, imageId: null, hostId: null, name: 'web-1' },
    actor: { userId: null, name: 'Ada', via: 'session' },
    phase: null,
    progress: null,
    progressText: null,
    error: null,
    isCancellable: true,
    createdAt: new Date().toISOString(),
    startedAt: null,
    endedAt: null,
    steps: [],
  })

async function makeHub() {
  const database = await createTestDatabase()
  const loads: string[][] = []
  const loaders: ViewLoaders = {
    vms: async () => [],
    hosts: async () => [],
    images: async () => [],
    operations: async (ids) => {
      if (ids.length > 0) loads.push([...ids])
      return ids.map(viewOf)
    },
  }
  const newHub = () => new EventHub({ db: database.prisma, databaseUrl: database.databaseUrl, loaders, log: silentLog })
  const hub = newHub()
  return {
    hub,
    newHub,
    loads,
    db: database.prisma,
    /** Announces one task's change; returns its id. */
    tell: async (ownerId: string | null = null, operationId = newUuid()) => {
      await database.prisma.$transaction((tx) => announce(tx, { kind: 'operation.changed', operationId, ownerId }))
      return operationId
    },
    [Symbol.asyncDispose]: async () => {
      await hub[Symbol.asyncDispose]()
      await database[Symbol.asyncDispose]()
    },
  }
}

const idOf = ({ event }: StreamedEvent): string =>
  event.kind === 'operation.changed' ? event.operation.operationId : event.kind

/** Reads until `count` have come, or one of them is a reset. */
async function take(
  hub: EventHub,
  {
    count,
    lastEventId = null,
    ownerId = null,
  }: { count: number; lastEventId?: string | null; ownerId?: string | null },
): Promise<StreamedEvent[]> {
  const stop = new AbortController()
  const got: StreamedEvent[] = []
  for await (const streamed of hub.stream({ ownerId, lastEventId, signal: stop.signal })) {
    got.push(streamed)
    if (got.length >= count || streamed.event.kind === 'stream.reset') break
  }
  stop.abort()
  return got
}

/** A reader that is certainly registered: it was told to read everything. */
async function openReader(parts: Awaited<ReturnType<typeof makeHub>>, ownerId: string | null = null) {
  const stop = new AbortController()
  const got: StreamedEvent[] = []
  const ended = (async () => {
    for await (const streamed of parts.hub.stream({ ownerId, lastEventId: null, signal: stop.signal }))
      got.push(streamed)
  })()
  await vi.waitFor(() => expect(got.map(idOf)).toEqual(['stream.reset']), 10_000)
  return { got, ended, stop }
}

describe('the hub', () => {
  it('misses and repeats nothing over reconnects while 8 writers commit in any order', async () => {
    await using parts = await makeHub()
    const first = await openReader(parts)
    first.stop.abort()
    await first.ended
    let lastEventId = first.got.at(-1)?.id ?? null

    const told: string[] = []
    const expected = 8 * 25 * 2
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      for (let index = 0; index < 25; index++) {
        const ids = [newUuid(), newUuid()]
        await parts.db.$transaction(async (tx) => {
          for (const operationId of ids) await announce(tx, { kind: 'operation.changed', operationId })
          // Some hold their transaction open, so that those behind them commit first.
          if (writer % 2 === 0) await tx.$executeRaw`SELECT pg_sleep(0.005)`
        })
        told.push(...ids)
      }
    })
    const heard: string[] = []
    const isComplete = (): boolean => told.length === expected && told.every((id) => heard.includes(id))
    // Something more to hear keeps the last reader from waiting for its seventh event.
    const written = Promise.all(writers).then(async () => {
      while (!isComplete() && heard.length < 2 * expected) await parts.tell()
    })
    while (!isComplete() && heard.length < 2 * expected) {
      const got = await take(parts.hub, { count: 7, lastEventId })
      heard.push(...got.map(idOf))
      lastEventId = got.at(-1)?.id ?? lastEventId
    }
    await written
    const ours = heard.filter((id) => told.includes(id))
    expect(ours.toSorted()).toEqual(told.toSorted())
  })

  it('loads a thing once however often it changed in between', async () => {
    await using parts = await makeHub()
    const reader = await openReader(parts)
    const operationId = newUuid()
    await parts.db.$transaction(async (tx) => {
      for (let index = 0; index < 20; index++) await announce(tx, { kind: 'operation.changed', operationId })
    })
    await vi.waitFor(() => expect(reader.got.map(idOf)).toContain(operationId))
    expect(parts.loads.flat().filter((id) => id === operationId)).toHaveLength(1)
    expect(reader.got.map(idOf).filter((id) => id === operationId)).toHaveLength(1)
    reader.stop.abort()
    await reader.ended
  })

  it('tells a viewer of his own things alone', async () => {
    await using parts = await makeHub()
    const me = newUuid()
    const mine = await openReader(parts, me)
    const foreign = [await parts.tell(newUuid()), await parts.tell(null)]
    const own = await parts.tell(me)
    await vi.waitFor(() => expect(mine.got.map(idOf)).toContain(own))
    expect(mine.got.map(idOf).filter((id) => foreign.includes(id))).toEqual([])
    mine.stop.abort()
    await mine.ended
  })

  it('tells one that was away too long, or knows another database, to read everything again', async () => {
    await using parts = await makeHub()
    const reader = await openReader(parts)
    reader.stop.abort()
    await reader.ended
    const old = reader.got[0]?.id ?? '0'
    await parts.tell()
    await parts.tell()
    expect(await deleteOldEvents(parts.db, 0)).toBeGreaterThan(0)
    for (const lastEventId of [old, '999999999', 'nonsense']) {
      const got = await take(parts.hub, { count: 1, lastEventId })
      expect(got.map(idOf)).toEqual(['stream.reset'])
      expect(got[0]?.id).toMatch(/^\d+$/)
    }
  })

  it('tells one without a past to read everything, once it will hear what comes after', async () => {
    await using parts = await makeHub()
    const [began] = await take(parts.hub, { count: 1 })
    expect(began).toEqual({ id: '0', event: { kind: 'stream.reset' } })
    const id = await parts.tell()
    // Its line broke before it heard of anything, and it comes back to a panel that was started again.
    await using second = parts.newHub()
    const [next] = await take(second, { count: 1, lastEventId: began?.id ?? null })
    expect(next && idOf(next)).toBe(id)
  })

  it('goes on where it was when its database connection is cut', async () => {
    await using parts = await makeHub()
    const reader = await openReader(parts)
    const cut = await parts.db.$queryRaw<{ ok: boolean }[]>`
      SELECT pg_terminate_backend(pid) AS ok FROM pg_stat_activity WHERE application_name = 'berth-events'
        AND datname = current_database()`
    expect(cut).toEqual([{ ok: true }])
    const id = await parts.tell()
    await vi.waitFor(() => expect(reader.got.map(idOf)).toContain(id), 5_000)
    reader.stop.abort()
    await reader.ended
  })

  it('gives an owner the live figures of his machines, and not the host’s', async () => {
    await using parts = await makeHub()
    const me = newUuid()
    const reader = await openReader(parts, me)
    const hostId = hostIdSchema.parse(newUuid())
    const sample = { values: { cpuShare: 0.5 }, vcpuShares: [0.5] }
    parts.hub.tellGauges({
      kind: 'gauges',
      at: new Date().toISOString(),
      hostId,
      host: null,
      vms: { [vmIdSchema.parse(newUuid())]: sample },
    })
    const id = await parts.tell(me)
    await vi.waitFor(() => expect(reader.got.map(idOf)).toContain(id))
    expect(reader.got.map(idOf)).not.toContain('gauges')
    reader.stop.abort()
    await reader.ended
  })
})

describe('a reader', () => {
  const operation = viewOf(operationIdSchema.parse(newUuid()))

  it('is cut when it does not keep up, and told to read again', async () => {
    const reader = new EventReader(null)
    for (let index = 1; index <= 1_200; index++) {
      reader.push({ id: String(index), event: { kind: 'operation.changed', operation } })
    }
    const got: StreamedEvent[] = []
    for await (const streamed of reader) got.push(streamed)
    expect(got).toEqual([{ id: '1001', event: { kind: 'stream.reset' } }])
  })
})
