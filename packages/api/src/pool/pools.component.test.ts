import { afterAll, beforeAll, expect, test } from 'vitest'
import { poolObservationSchema } from '@berth/core/storage/volume'
import {
  poolIdSchema,
  newUuid,
  hostIdSchema,
  imageIdSchema,
  vmIdSchema,
  volumeIdSchema,
  type HostId,
} from '@berth/core/ids/ids'
import { GiB, MiB } from '@berth/core/units/bytes'
import { writeOnePool, writePools } from '../agents/host-link-repo.ts'
import { operationArgsSchemas } from '../workflows/operation-args.ts'
import { PrismaPoolRecords } from '../workflows/pool-records-repo.ts'
import { addHost, addImage } from '../testing/fleet-fixture-repo.ts'
import { addMove, addMoveHosts, addRunningVm } from '../migration/testing/move-fleet-repo.ts'
import { openTestPanel, type TestPanel } from '../testing/open-test-panel.ts'
import { findImagePlaces } from '../image/image-place-repo.ts'

let world: TestPanel
let [a, b, c]: HostId[] = []
let imageId: string
const poolId = poolIdSchema.parse(newUuid())

const hostOf = async (name: string): Promise<HostId> => {
  const { db } = world.process.panel
  const hostId = await addHost(db, name)
  await db.host.update({ where: { id: hostId }, data: { capabilities: ['pools'] } })
  return hostIdSchema.parse(hostId)
}

const fastOf = (change: object = {}) =>
  poolObservationSchema.parse({
    ...{ name: 'fast', path: '/srv/fast', totalBytes: 100 * GiB, freeBytes: 60 * GiB, committedBytes: 5 * GiB },
    ...{ supportsDirectIo: true, shared: { poolId } },
    ...change,
  })

beforeAll(async () => {
  world = await openTestPanel()
  const { db } = world.process.panel
  ;[a, b, c] = [await hostOf('host-a'), await hostOf('host-b'), await hostOf('host-c')]
  imageId = await addImage(db, requireId(a))
  await db.sharedPool.create({ data: { id: poolId, name: 'fast' } })
  await writeOnePool(db, requireId(a), fastOf())
  await writeOnePool(db, requireId(b), fastOf({ path: '/mnt/fast', freeBytes: 59 * GiB, committedBytes: 2 * GiB }))
})
afterAll(() => world[Symbol.asyncDispose]())

const requireId = (id: HostId | undefined): HostId => id ?? expect.fail('the world was not made')
const pools = () => world.as(world.admin).pool
const create = (change: object) =>
  pools().createShared({ name: 'slow', path: '/srv/slow', hostIds: [requireId(a)], ...change })

const makeMachine = (name: string, change: object = {}) =>
  world.as(world.ada).vm.create({
    ...{
      name,
      imageId: imageIdSchema.parse(imageId),
      vcpus: 1,
      memoryBytes: 64 * MiB,
      diskBytes: GiB,
      firmware: 'bios',
      start: false,
    },
    ...{ nics: [], pool: 'fast' },
    ...change,
  })

test('a shared pool is listed once, before the hosts’ own, and its committed bytes are those of all its hosts', async () => {
  const { items } = await pools().list()
  expect(items.map(({ name, poolId: id, hosts }) => [name, id, hosts.map((host) => host.name)])).toEqual([
    ['fast', poolId, ['host-a', 'host-b']],
    ['default', null, ['host-a']],
    ['default', null, ['host-b']],
    ['default', null, ['host-c']],
  ])
  expect(items[0]).toMatchObject({ totalBytes: 100 * GiB, freeBytes: 59 * GiB, committedBytes: 7 * GiB })
  expect(items[0]?.hosts[1]).toMatchObject({ path: '/mnt/fast', problem: null })
  const first = await pools().list({ limit: 2 })
  const rest = await pools().list({ limit: 200, cursor: first.nextCursor })
  expect([...first.items, ...rest.items]).toEqual(items)
})

test('a host that does not see it says so, and its zeros are nobody’s sizes', async () => {
  const { db } = world.process.panel
  const problem = 'There is no pool in /mnt/fast: its file system is not mounted.'
  await writeOnePool(db, requireId(b), fastOf({ path: '/mnt/fast', totalBytes: 0, freeBytes: 0, problem }))
  const [fast] = (await pools().list()).items
  expect(fast).toMatchObject({ totalBytes: 100 * GiB })
  expect(fast?.hosts[1]?.problem).toBe(problem)
  await expect(makeMachine('unmounted', { hostId: b })).rejects.toMatchObject({
    message: expect.stringContaining('its file system is not mounted') as unknown,
  })
  await writeOnePool(db, requireId(b), fastOf({ path: '/mnt/fast' }))
})

test('a machine goes to a host that has its pool, and its image comes there once', async () => {
  const { db } = world.process.panel
  await expect(makeMachine('nowhere', { hostId: c })).rejects.toMatchObject({
    message: expect.stringContaining('it has no pool "fast"') as unknown,
  })
  const argsOf = async (operationId: string) =>
    operationArgsSchemas['vm.create'].parse((await db.operation.findUniqueOrThrow({ where: { id: operationId } })).args)
  const first = await makeMachine('first')
  expect(first.placement?.hostName).toBe('host-a')
  expect((await argsOf(first.operationId)).bringImage).toEqual({ imageId, pool: 'fast' })
  await db.imageReplica.create({ data: { imageId, hostId: requireId(a), pool: 'fast', state: 'ready' } })
  const second = await makeMachine('second', { hostId: b })
  expect(second.placement?.hostName).toBe('host-b')
  expect((await argsOf(second.operationId)).bringImage).toBeUndefined()
  const own = await makeMachine('own', { pool: undefined })
  expect((await argsOf(own.operationId)).bringImage).toBeUndefined()
})

test('names are the installation’s, and hosts must be there', async () => {
  for (const name of ['fast', 'default'])
    await expect(create({ name })).rejects.toMatchObject({ cause: { code: 'POOL_NAME_TAKEN' } })
  await expect(create({ hostIds: [newUuid()] })).rejects.toMatchObject({ cause: { code: 'HOST_NOT_FOUND' } })
  const { db } = world.process.panel
  await db.host.update({ where: { id: requireId(c) }, data: { state: 'offline' } })
  const away = create({ hostIds: [a, c] })
  await expect(away).rejects.toMatchObject({ cause: { code: 'HOST_UNREACHABLE', details: { names: ['host-c'] } } })
  await db.host.update({ where: { id: requireId(c) }, data: { state: 'online', capabilities: [] } })
  await expect(create({ hostIds: [a, c] })).rejects.toMatchObject({ cause: { code: 'AGENT_INCOMPATIBLE' } })
  expect(await pools().test({ path: '/srv/slow', hostIds: [requireId(c)] })).toMatchObject({
    items: [{ verdict: 'cannot', text: expect.stringContaining('update it') as unknown }],
  })
  for (const path of ['srv/x', '/', '/srv/../etc', '/srv//x', '/srv/x/', '/srv/a b'])
    await expect(create({ path })).rejects.toMatchObject({ message: expect.stringContaining('path') as unknown })
  const { operationId } = await create({ idempotencyKey: 'once-only-1' })
  expect(await create({ idempotencyKey: 'once-only-1' })).toEqual({ operationId })
  await expect(create({})).rejects.toMatchObject({ cause: { code: 'POOL_NAME_TAKEN' } })
})

test('a pool that agents mount has its source, and no path of its own', async () => {
  const { db } = world.process.panel
  const source = { kind: 'nfs', server: 'nas.example.org', exportPath: '/srv/berth', version: '4.2' } as const
  const createMounted = (change: object = {}) => create({ name: 'mounted', path: undefined, source, ...change })
  const asked = { source, hostIds: [requireId(a)] }
  expect(await pools().testMount(asked)).toMatchObject({
    items: [{ verdict: 'cannot', text: 'Its agent mounts no NFS exports: update it.' }],
  })
  await expect(createMounted()).rejects.toMatchObject({
    cause: { code: 'AGENT_INCOMPATIBLE', message: 'Their agents mount no NFS exports: host-a.' },
  })
  for (const hostId of [a, b])
    await db.host.update({ where: { id: requireId(hostId) }, data: { capabilities: ['pools', 'nfs-pools'] } })
  for (const change of [{ path: '/srv/slow' }, { source: undefined }, { source: { ...source, options: 'rw' } }])
    await expect(createMounted(change)).rejects.toMatchObject({ cause: { code: 'INPUT_INVALID' } })
  for (const server of ['-o', 'nas,rw', 'nas:/x', 'nas\nnas', '[fd00::1]', ''])
    await expect(createMounted({ source: { ...source, server } })).rejects.toMatchObject({
      cause: { code: 'INPUT_INVALID' },
    })
  for (const exportPath of ['srv', '/srv/../etc', '/srv,soft', '/srv x', '-o', '/srv/'])
    await expect(createMounted({ source: { ...source, exportPath } })).rejects.toMatchObject({
      cause: { code: 'INPUT_INVALID' },
    })
  const { operationId } = await createMounted()
  const argsOf = async (id: string) => (await db.operation.findUniqueOrThrow({ where: { id } })).args
  const made = operationArgsSchemas['pool.create'].parse(await argsOf(operationId))
  expect(made).toMatchObject({ name: 'mounted', source })
  expect(made.path).toBeUndefined()
  const { items } = await pools().list()
  expect(items.find(({ name }) => name === 'mounted')).toMatchObject({ source, poolId: made.poolId })
  expect(items.find(({ name }) => name === 'fast')?.source).toBeNull()

  const onHost = { poolId: made.poolId, hostId: requireId(b) }
  await expect(pools().attach({ ...onHost, path: '/srv/slow' })).rejects.toMatchObject({
    cause: { code: 'INPUT_INVALID' },
  })
  const attached = await pools().attach(onHost)
  expect(operationArgsSchemas['pool.attach'].parse(await argsOf(attached.operationId))).toMatchObject({
    ...onHost,
    source,
  })
  await writeOnePool(
    db,
    requireId(a),
    fastOf({ name: 'mounted', path: '/data/mounts/x', shared: { poolId: made.poolId } }),
  )
  const detached = await pools().detach({ poolId: made.poolId, hostId: requireId(a) })
  const left = operationArgsSchemas['pool.detach'].parse(await argsOf(detached.operationId))
  expect(left).toMatchObject({ source })
  expect(left.path).toBeUndefined()
  await expect(pools().attach({ poolId, hostId: requireId(b) })).rejects.toMatchObject({
    cause: { code: 'INPUT_INVALID' },
  })
  const records = new PrismaPoolRecords(db)
  await records.removeSeen(requireId(a), { poolId: made.poolId, name: 'mounted' })
  await records.forget(made.poolId)
})

test('a host leaves a pool when no machine of it has a disk there, and its images stay within reach', async () => {
  const { db } = world.process.panel
  const attached = pools().attach({ poolId, hostId: requireId(b), path: '/srv/fast' })
  await expect(attached).rejects.toMatchObject({ cause: { code: 'POOL_WRONG' } })
  const detach = (hostId: HostId | undefined) => pools().detach({ poolId, hostId: requireId(hostId) })
  await expect(detach(a)).rejects.toMatchObject({ cause: { code: 'POOL_IN_USE', details: { names: ['first'] } } })
  const records = new PrismaPoolRecords(db)
  expect(await records.hasOthers(poolId, requireId(a))).toBe(true)
  await records.removeSeen(requireId(a), { poolId, name: 'fast' })
  expect(await findImagePlaces(db, imageId)).toEqual(
    expect.arrayContaining([
      { hostId: b, pool: 'fast' },
      { hostId: a, pool: 'default' },
    ]),
  )
  await records.forget(poolId)
  expect(await db.sharedPool.count({ where: { id: poolId } })).toBe(1)
  await records.removeSeen(requireId(b), { poolId, name: 'fast' })
  await records.forget(poolId)
  expect(await db.sharedPool.count({ where: { id: poolId } })).toBe(0)
  expect(await findImagePlaces(db, imageId)).toEqual([{ hostId: a, pool: 'default' }])
})

test('a host keeps a pool that a disk or a machine is on its way into', async () => {
  const { db } = world.process.panel
  const [from = '', to = ''] = await addMoveHosts(db, ['host-f', 'host-g'])
  await db.host.updateMany({ where: { id: { in: [from, to] } }, data: { capabilities: ['pools', 'disk-moves'] } })
  const { sharedId } = await db.pool.findFirstOrThrow({ where: { hostId: from, name: 'fast' } })
  const fast = { poolId: poolIdSchema.parse(sharedId), name: 'fast-too' }
  await db.sharedPool.create({ data: { id: fast.poolId, name: fast.name } })
  await db.pool.updateMany({ where: { sharedId }, data: { name: fast.name } })
  const detach = (hostId: string) => pools().detach({ poolId: fast.poolId, hostId: hostIdSchema.parse(hostId) })
  const refusal = (names: readonly string[]) => ({ cause: { code: 'POOL_IN_USE', details: { names } } })
  const end = (operationId: string) =>
    db.operation.update({ where: { id: operationId }, data: { status: 'failed', endedAt: new Date() } })

  const owner = { ownerId: world.ada.userId, hostId: from }
  const vmId = vmIdSchema.parse(await addRunningVm(db, { ...owner, name: 'with-a-disk', pool: 'default' }))
  const { id } = await db.volume.findFirstOrThrow({ where: { vmId } })
  const wanted = { vmId, volumeId: volumeIdSchema.parse(id), toPool: fast.name }
  const { operationId } = await world.as(world.admin).vm.moveDisk(wanted)
  await expect(detach(from)).rejects.toMatchObject(refusal(['with-a-disk']))
  await end(operationId)

  const guest = await addRunningVm(db, { ...owner, name: 'coming', pool: fast.name })
  const move = await addMove(db, { vmId: guest, sourceHostId: from, targetHostId: to })
  await expect(detach(to)).rejects.toMatchObject(refusal(['coming']))
  await end(move)
  const traveller = await addRunningVm(db, { ...owner, name: 'with-its-disk', pool: 'default' })
  const disks = [{ pool: fast.name, fromPool: 'default' }]
  const travel = await addMove(db, { vmId: traveller, sourceHostId: from, targetHostId: to, disks })
  await expect(detach(to)).rejects.toMatchObject(refusal(['with-its-disk']))
  await end(travel)
  await detach(to)
})

test('a pool that its host does not name any more goes from the list, but not at once', async () => {
  const { db } = world.process.panel
  const own = poolObservationSchema.parse({ ...fastOf(), name: 'default', shared: null })
  await writeOnePool(db, requireId(c), fastOf())
  await writePools(db, requireId(c), [own])
  expect(await db.pool.count({ where: { hostId: requireId(c) } })).toBe(2)
  await db.pool.updateMany({ where: { hostId: requireId(c) }, data: { seenAt: new Date(Date.now() - 60_000) } })
  await writePools(db, requireId(c), [own])
  expect(await db.pool.count({ where: { hostId: requireId(c) } })).toBe(1)
})

test('pools are for administrators', async () => {
  await expect(world.as(world.ada).pool.list()).rejects.toMatchObject({ cause: { code: 'PERMISSION_DENIED' } })
})
