import { afterAll, beforeAll, expect, test } from 'vitest'
import { GiB, MiB } from '@berth/core/units/bytes'
import { vmStateSchema } from '@berth/core/vm/vm-state'
import { openTestPanel, type TestPanel } from '../testing/open-test-panel.ts'
import { addHost, addImage, addVm } from '../testing/fleet-fixture-repo.ts'

let world: TestPanel
let hostId: string
let imageId: string
beforeAll(async () => {
  world = await openTestPanel()
  hostId = await addHost(world.process.panel.db)
  imageId = await addImage(world.process.panel.db, hostId)
})
afterAll(() => world[Symbol.asyncDispose]())

const db = () => world.process.panel.db
const withCode = (code: string, message?: RegExp): unknown =>
  expect.objectContaining({
    cause: expect.objectContaining({ code, ...(message ? { message: expect.stringMatching(message) } : {}) }),
  })
const wish = (name: string) => ({
  name,
  imageId,
  vcpus: 1,
  memoryBytes: 256 * MiB,
  diskBytes: GiB,
  firmware: 'bios' as const,
  start: true,
})

test('a machine is accepted whole: row, volume, task, and why it is placed there', async () => {
  const { items } = await world.as(world.ada).network.list()
  const made = await world.as(world.ada).vm.create({
    ...wish('whole'),
    nics: items.map(({ networkId }) => ({ networkId })),
    cloudInit: { user: 'me', password: 'very,secret"' },
    tags: ['b', 'a', 'b'],
  })
  expect(made.placement?.trace).toMatchObject([{ name: 'host-a', isPossible: true }])
  const view = await world.as(world.ada).vm.get({ vmId: made.vmId })
  expect(view).toMatchObject({
    name: 'whole',
    state: 'creating',
    tags: ['b', 'a'],
    host: { name: 'host-a' },
    operation: { operationId: made.operationId, kind: 'vm.create' },
    spec: { machineType: 'pc-q35-7.2', desiredPower: 'on', nics: [{}, {}] },
  })
  expect(JSON.stringify(view)).not.toContain('very,secret')
  const row = await db().vm.findUniqueOrThrow({ where: { id: made.vmId }, include: { volumes: true } })
  expect(JSON.stringify(row.spec)).not.toContain('very,secret')
  expect(row.sealedSecrets).not.toBeNull()
  expect(row.volumes).toMatchObject([{ backingImageId: imageId, state: 'planned', sizeBytes: BigInt(GiB) }])
  const task = await world.as(world.ada).operation.get({ operationId: made.operationId })
  expect(JSON.stringify(task)).not.toContain('very,secret')
  expect(task).toMatchObject({ kind: 'vm.create', status: 'queued', actor: { name: 'ada' } })
  const trail = await world.as(world.admin).audit.list({ filter: { targetId: made.vmId } })
  expect(trail.items).toMatchObject([{ procedure: 'vm.create', outcome: 'ok', operationId: made.operationId }])
})

test('two machines that race for one name: one is made, the other is told', async () => {
  const results = await Promise.allSettled(
    Array.from({ length: 6 }, () => world.as(world.ada).vm.create(wish('racer'))),
  )
  const refused = results.filter((result) => result.status === 'rejected')
  expect(refused).toHaveLength(5)
  for (const { reason } of refused) expect(reason).toEqual(withCode('NAME_TAKEN', /"racer"/))
  expect(await db().vm.count({ where: { name: 'racer' } })).toBe(1)
})

test('the same key returns the same machine, also when the name is taken by it; another request is refused', async () => {
  const request = { ...wish('keyed'), idempotencyKey: 'key-12345' }
  const first = await world.as(world.ada).vm.create(request)
  const [again, atOnce] = await Promise.all([
    world.as(world.ada).vm.create(request),
    world.as(world.ada).vm.create(request),
  ])
  for (const repeated of [again, atOnce]) {
    expect(repeated).toMatchObject({ operationId: first.operationId, vmId: first.vmId })
  }
  await expect(world.as(world.ada).vm.create({ ...request, vcpus: 2 })).rejects.toEqual(
    withCode('IDEMPOTENCY_MISMATCH'),
  )
})

const gone = '01890000-0000-7000-8000-00000000dead'
const refusals: readonly [string, object, string, RegExp][] = [
  ['a name that is no host name', { name: 'No_Host' }, 'NAME_INVALID', /letters/],
  ['a name with a comma', { name: 'a,b=c' }, 'NAME_INVALID', /letters/],
  ['too little memory', { memoryBytes: MiB }, 'SIZE_INVALID', /At least 64 MiB/],
  ['too many vCPUs', { vcpus: 1_000 }, 'SIZE_INVALID', /256/],
  ['a disk smaller than its image', { diskBytes: 32 * MiB }, 'SIZE_INVALID', /32 MiB asked.*64 MiB/],
  [
    'more memory than any host has',
    { memoryBytes: 64 * GiB },
    'HOST_CAPACITY',
    /64 GiB of memory asked.*free of 16 GiB/,
  ],
  ['an unknown image', { imageId: gone }, 'IMAGE_NOT_FOUND', /dead/],
  ['an unknown network', { nics: [{ networkId: gone }] }, 'NETWORK_NOT_FOUND', /dead/],
  ['an unknown host', { hostId: gone }, 'HOST_NOT_FOUND', /dead/],
  ['a NUL', { description: 'a\0b' }, 'INPUT_INVALID', /NUL/],
]
test.each(refusals)('%s is refused, and nothing changes', async (...row) => {
  const [, change, code, message] = row
  const before = await db().vm.count()
  await expect(world.as(world.ada).vm.create({ ...wish('refused'), ...change })).rejects.toEqual(
    withCode(code, message),
  )
  expect(await db().vm.count()).toBe(before)
  expect(await db().operation.count({ where: { targetName: 'refused' } })).toBe(0)
})

test('verbs follow the table, and a machine takes one task at a time', async () => {
  const vmId = await addVm(db(), { name: 'verbs', ownerId: world.ada.userId, hostId })
  const api = world.as(world.ada)
  await expect(api.vm.pause({ vmId })).rejects.toEqual(withCode('VM_STATE_CONFLICT', /Only a running machine/))
  const started = await api.vm.start({ vmId, idempotencyKey: 'start-key' })
  await expect(api.vm.start({ vmId })).rejects.toEqual(withCode('VM_BUSY', /Start verbs/))
  expect(await api.vm.start({ vmId, idempotencyKey: 'start-key' })).toEqual(started)
  const { operationId } = started
  await expect(world.as(world.bob).operation.get({ operationId })).rejects.toEqual(withCode('OPERATION_NOT_FOUND'))
  await expect(world.as(world.bob).operation.cancel({ operationId })).rejects.toEqual(withCode('OPERATION_NOT_FOUND'))
})

test('two at once on one machine: one task, one typed refusal', async () => {
  const vmId = await addVm(db(), { name: 'both', ownerId: world.ada.userId, hostId, state: 'running' })
  const results = await Promise.allSettled([
    world.as(world.ada).vm.stop({ vmId }),
    world.as(world.admin).vm.pause({ vmId }),
  ])
  const refused = results.filter((result) => result.status === 'rejected')
  expect(refused).toHaveLength(1)
  expect(refused[0]?.reason).toEqual(withCode('VM_BUSY'))
})

test('tags and protection change at once; sizes become a task; old revisions and shrinking are refused', async () => {
  const vmId = await addVm(db(), { name: 'changing', ownerId: world.ada.userId, hostId })
  const api = world.as(world.ada)
  expect(await api.vm.update({ vmId, tags: ['web'], isProtected: true })).toEqual({ operationId: null, vmId })
  await expect(api.vm.delete({ vmId })).rejects.toEqual(withCode('VM_PROTECTED'))
  await expect(api.vm.update({ vmId, diskBytes: 16 * MiB })).rejects.toEqual(withCode('SIZE_INVALID', /only grows/))
  await expect(api.vm.update({ vmId, revision: 7, vcpus: 2 })).rejects.toEqual(withCode('REVISION_CONFLICT'))
  const { operationId } = await api.vm.update({ vmId, revision: 1, vcpus: 2 })
  expect(operationId).not.toBeNull()
  expect(await api.vm.get({ vmId })).toMatchObject({ tags: ['web'], revision: 2, spec: { vcpus: 2 } })
})

test('lists are filtered, sorted and paged without repeating or losing a row', async () => {
  const other = await addHost(db(), 'host-list')
  for (let i = 0; i < 25; i++) {
    const state = i % 2 === 0 ? 'running' : 'stopped'
    const memoryBytes = (i + 1) * 64 * MiB
    const tags = i % 5 === 0 ? ['fifth'] : []
    await addVm(db(), { name: `list-${i}`, ownerId: world.bob.userId, hostId: other, state, memoryBytes, tags })
  }
  const walk = async (input: Parameters<ReturnType<TestPanel['as']>['vm']['list']>[0]) => {
    const names: string[] = []
    let cursor: string | null = null
    do {
      const page: Awaited<ReturnType<ReturnType<TestPanel['as']>['vm']['list']>> = await world
        .as(world.bob)
        .vm.list({ ...input, limit: 7, cursor })
      names.push(...page.items.map((vm) => vm.name))
      cursor = page.nextCursor
    } while (cursor !== null)
    return names
  }
  const all = Array.from({ length: 25 }, (_, i) => `list-${i}`)
  expect(await walk({})).toEqual(all.toSorted())
  expect(await walk({ sort: { by: 'name', direction: 'desc' } })).toEqual(all.toSorted().reverse())
  expect(await walk({ sort: { by: 'memoryBytes' } })).toEqual(all)
  expect(await walk({ sort: { by: 'createdAt' } })).toEqual(all)
  expect((await walk({ sort: { by: 'state' } })).slice(0, 13).toSorted()).toEqual(
    all.filter((_, i) => i % 2 === 0).toSorted(),
  )
  expect(await walk({ filter: { tag: 'fifth' } })).toHaveLength(5)
  expect(await walk({ filter: { state: ['stopped'] } })).toHaveLength(12)
  expect(await walk({ filter: { text: 'LIST-1' } })).toHaveLength(11)
  expect(await walk({ filter: { text: '10.90.0.7' } })).toHaveLength(25)
  expect(await walk({ filter: { text: '%' } })).toEqual([])
  await expect(world.as(world.bob).vm.list({ cursor: 'nonsense' })).rejects.toEqual(withCode('INPUT_INVALID'))
})

test('a host that is gone makes its machines unknown, with what was seen last; the filter agrees', async () => {
  const away = await addHost(db(), 'host-away')
  const vmId = await addVm(db(), { name: 'away', ownerId: world.ada.userId, hostId: away, state: 'running' })
  await db().host.update({ where: { id: away }, data: { state: 'offline', stateSince: new Date() } })
  const view = await world.as(world.ada).vm.get({ vmId })
  expect(view).toMatchObject({ state: 'unknown', lastKnownState: 'running', sample: null })
  // The list's SQL and the view's code say the same of every machine there is.
  for (const state of vmStateSchema.options) {
    const { items } = await world.as(world.admin).vm.list({ filter: { state: [state] }, limit: 200 })
    expect(new Set(items.map((vm) => vm.state))).toEqual(new Set(items.length > 0 ? [state] : []))
  }
})
