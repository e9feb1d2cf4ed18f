/** What is left of moves that ended badly, once their hosts are there again. */
import { expect, it } from 'vitest'
import { movePassportSchema } from '@berth/core/agent-contract/move-commands'
import { operationIdSchema, vmIdSchema } from '@berth/core/ids/ids'
import { vmSpecSchema } from '@berth/core/vm/vm-spec'
import { insertTestHost } from '../operation/testing/operation-fixture-repo.ts'
import { makeOperationWorld } from '../operation/testing/operation-world.ts'
import { FakeHost } from '../workflows/testing/fake-host.ts'
import { FakeMoves } from '../workflows/testing/fake-moves.ts'
import { operationArgsSchemas } from '../workflows/operation-args.ts'
import { MoveKeeper } from './move-keeper.ts'
import { setAbandonOwed } from './move-row-repo.ts'
import { addMove } from './testing/move-fleet-repo.ts'

async function makeWorld() {
  const world = await makeOperationWorld()
  const { db, host: source } = world
  const target = new FakeHost()
  await insertTestHost(db, target.hostId)
  const vmId = vmIdSchema.parse(await world.addVm())
  const spec = vmSpecSchema.parse((await db.vm.findUniqueOrThrow({ where: { id: vmId } })).spec)
  const passport = movePassportSchema.parse({
    ...{ spec, nextSpec: spec, specRevision: 1, nextRevision: 1, seedDiscBytes: null, desiredPower: 'on' },
    ...{ acceleration: 'tcg', qemuVersion: '7.2.22', startedAt: new Date().toISOString() },
  })
  const moves = new FakeMoves(source.hostId, passport)
  source.moves = moves
  target.moves = moves
  const sides = { sourceHostId: source.hostId, targetHostId: target.hostId }
  const operationId = operationIdSchema.parse(await addMove(db, { vmId, ...sides }))
  const ended = { status: 'interrupted', startedAt: new Date(), endedAt: new Date(), epoch: 3 }
  await db.operation.update({ where: { id: operationId }, data: ended })
  const context = { ...world.context, link: (id: string) => (id === source.hostId ? source : target) }
  const newKeeper = () => new MoveKeeper({ db, context, log: world.log })
  /** As the target got it and keeps it. */
  const prepare = () => {
    const secrets = context.moves.secretsOf(operationId)
    const { tokenHash, tlsKey } = secrets
    const moving = { vmId, vmEpoch: 1, moveId: operationId }
    moves.apply(target.hostId, {
      ...{ kind: 'move.prepare', ...moving, sourceHostId: source.hostId, passport, tokenHash, tlsKey },
    })
    return { ...secrets, moving }
  }
  const send = () => {
    const { token, tlsKey, moving } = prepare()
    const memory = { host: '10.0.0.2', port: 1 }
    const to = { hostId: target.hostId, address: '10.0.0.2', port: 1, memory }
    const how = { policy: 'pause-if-needed', bandwidthBytesPerSecond: null } as const
    moves.apply(source.hostId, { kind: 'move.send', ...moving, token, tlsKey, target: to, ...how })
  }
  const row = () => db.vm.findUniqueOrThrow({ where: { id: vmId }, select: { hostId: true, ownerEpoch: true } })
  /** As if it had been accepted with the machine's disk. */
  const takesDisk = async (pool: string) => {
    const [disk] = spec.disks
    const { volumeId, format, sizeBytes } = disk ?? expect.fail()
    const disks = [
      { volumeId, number: 1, fromPool: 'default', pool, format, sizeBytes, base: { kind: 'none' }, needBytes: 1 },
    ]
    const { args } = await db.operation.findUniqueOrThrow({ where: { id: operationId } })
    await db.operation.update({
      where: { id: operationId },
      data: { args: { ...operationArgsSchemas['vm.migrate'].parse(args), disks } },
    })
  }
  const isOwed = async () => (await db.move.findUniqueOrThrow({ where: { operationId } })).isAbandonOwed
  const doing = { prepare, send, row, isOwed, takesDisk }
  return { db, keeper: newKeeper(), newKeeper, source, target, moves, operationId, ...doing, world }
}

it('ends what waits on a target once that is there again', async () => {
  const { db, keeper, target, moves, operationId, prepare, isOwed, world } = await makeWorld()
  await using _world = world
  prepare()
  await setAbandonOwed(db, operationId, true)
  await db.host.update({ where: { id: target.hostId }, data: { state: 'offline' } })
  await keeper.keepOnce()
  expect(moves.ownerAt(target.hostId).kind).toBe('waiting')
  await db.host.update({ where: { id: target.hostId }, data: { state: 'online' } })
  target.isOnline = false
  await keeper.keepOnce()
  expect(await isOwed()).toBe(true)
  target.isOnline = true
  await keeper.keepOnce()
  expect(moves.ownerAt(target.hostId).kind).toBe('unknown')
  expect(await isOwed()).toBe(false)
})

it('owes nothing to a host that was removed', async () => {
  const { db, keeper, target, operationId, prepare, isOwed, world } = await makeWorld()
  await using _world = world
  prepare()
  await setAbandonOwed(db, operationId, true)
  await db.host.delete({ where: { id: target.hostId } })
  await keeper.keepOnce()
  expect(await isOwed()).toBe(false)
})

it('follows the owner of a move that nobody could see to its end, and nothing that a host cannot prove', async () => {
  const { db, newKeeper, source, target, operationId, send, row, takesDisk, world } = await makeWorld()
  await using _world = world
  await takesDisk('fast')
  await newKeeper().keepOnce()
  expect(await row()).toEqual({ hostId: source.hostId, ownerEpoch: 1 })
  send()
  source.isOnline = false
  target.isOnline = false
  const keeper = newKeeper()
  await keeper.keepOnce()
  expect(await row()).toEqual({ hostId: source.hostId, ownerEpoch: 1 })
  source.isOnline = true
  await keeper.keepOnce()
  // It asked a moment ago.
  expect(await row()).toEqual({ hostId: source.hostId, ownerEpoch: 1 })
  await newKeeper().keepOnce()
  expect(await row()).toEqual({ hostId: target.hostId, ownerEpoch: 2 })
  const { args } = await db.operation.findUniqueOrThrow({ where: { id: operationId } })
  const { disks } = operationArgsSchemas['vm.migrate'].parse(args)
  expect(await db.volume.findMany({ select: { id: true, hostId: true, pool: true } })).toEqual(
    disks.map(({ volumeId, pool }) => ({ id: volumeId, hostId: target.hostId, pool })),
  )
})
