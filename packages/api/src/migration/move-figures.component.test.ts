/** A move's figures: from its source to the browsers at once and to its row now and then. */
import { expect, it, vi } from 'vitest'
import { newUuid } from '@berth/core/ids/ids'
import type { MoveView } from '@berth/core/migration/move-view'
import { createTestDatabase } from '@berth/prisma/test-database'
import { makeSecretBox } from '../auth/secret-box.ts'
import { EventHub } from '../events/event-hub.ts'
import { insertTestUser } from '../operation/testing/operation-fixture-repo.ts'
import { silentLog } from '../operation/testing/operation-world.ts'
import { fakeReport } from '../workflows/testing/fake-moves.ts'
import { findMove } from './move-row-repo.ts'
import { MoveTeller } from './move-teller.ts'
import { PanelMoveRecords } from './panel-move-records.ts'
import { makeProgress } from './testing/make-progress.ts'
import { addMove, addMoveHosts, addRunningVm } from './testing/move-fleet-repo.ts'

async function makeWorld() {
  const database = await createTestDatabase()
  const { prisma: db, databaseUrl } = database
  const ownerId = await insertTestUser(db)
  const [source = '', target = ''] = await addMoveHosts(db, ['host-a', 'host-b'])
  const vmId = await addRunningVm(db, { name: 'web-1', ownerId, hostId: source })
  const operationId = await addMove(db, { vmId, sourceHostId: source, targetHostId: target })
  const told: { move: MoveView; ownerId: string | null }[] = []
  const teller = new MoveTeller({ db, log: silentLog, tell: (move, owner) => told.push({ move, ownerId: owner }) })
  const box = makeSecretBox(new Uint8Array(32))
  const records = new PanelMoveRecords({ db, box, log: silentLog, tellEnded: (id) => teller.ended(id) })
  return {
    ...{ db, databaseUrl, ownerId, source, target, operationId, teller, told, records },
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  }
}

it('tells at most five figures a second, a new phase at once, and whose machine it is', async () => {
  await using world = await makeWorld()
  const { teller, source, target, operationId, told, ownerId } = world
  for (let at = 1; at <= 50; at++) teller.progressed(source, operationId, makeProgress({ transferredBytes: at }))
  teller.progressed(source, operationId, makeProgress({ phase: 'switch-over' }))
  await vi.waitFor(() => expect(told).toHaveLength(2))
  expect(told.map(({ move }) => move.progress?.phase)).toEqual(['memory', 'switch-over'])
  expect(told[0]).toMatchObject({ ownerId, move: { progress: { transferredBytes: 1 }, target: { hostId: target } } })
})

it('believes only the source, and tells nothing of what is no move', async () => {
  await using world = await makeWorld()
  const { teller, source, target, operationId, told } = world
  teller.progressed(target, operationId, makeProgress())
  teller.progressed(source, newUuid(), makeProgress())
  teller.progressed(source, operationId, makeProgress({ phase: 'hand-over' }))
  await vi.waitFor(() => expect(told.map(({ move }) => move.progress?.phase)).toEqual(['hand-over']))
})

it('lets no other host take the place of the source’s figures', async () => {
  await using world = await makeWorld()
  const { teller, source, target, operationId, told } = world
  teller.progressed(target, operationId, makeProgress({ transferredBytes: 9 }))
  teller.progressed(source, operationId, makeProgress({ transferredBytes: 1 }))
  await vi.waitFor(() => expect(told.map(({ move }) => move.progress?.transferredBytes)).toEqual([1]))
})

it('keeps the last figures with the task, and tells the report', async () => {
  await using world = await makeWorld()
  const { db, records, operationId, told } = world
  {
    await using figures = records.figures(operationId)
    for (let at = 1; at <= 9; at++) figures.note(makeProgress({ transferredBytes: at }))
  }
  expect((await findMove(db, operationId))?.move.progress?.transferredBytes).toBe(9)
  await records.setReport(operationId, fakeReport)
  await vi.waitFor(() => expect(told.map(({ move }) => move.report)).toEqual([fakeReport]))
})

it('reaches administrators and the owner of the machine, and nobody else', async () => {
  await using world = await makeWorld()
  const { db, databaseUrl, ownerId, operationId } = world
  const loaders = { vms: async () => [], hosts: async () => [], images: async () => [], operations: async () => [] }
  await using hub = new EventHub({ db, databaseUrl, loaders, log: silentLog })
  const stop = new AbortController()
  const heard: string[] = []
  const listen = async (name: string, viewerId: string | null): Promise<void> => {
    for await (const { id, event } of hub.stream({ ownerId: viewerId, lastEventId: null, signal: stop.signal })) {
      heard.push(`${name} ${event.kind} ${id === null ? 'untracked' : 'kept'}`)
    }
  }
  const readers = [listen('admin', null), listen('owner', ownerId), listen('other', newUuid())]
  await vi.waitFor(() => expect(heard).toHaveLength(3))
  const found = await findMove(db, operationId)
  hub.tellMove(found?.move ?? expect.fail(), ownerId)
  await vi.waitFor(() => expect(heard).toHaveLength(5))
  expect(heard.slice(3)).toEqual(['admin move.progressed untracked', 'owner move.progressed untracked'])
  stop.abort()
  await Promise.all(readers)
})
