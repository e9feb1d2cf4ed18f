import { afterAll, beforeAll, expect, test } from 'vitest'
import { AppError } from '@berth/core/errors/app-error'
import { GiB, MiB } from '@berth/core/units/bytes'
import { addHost, addImage } from '../testing/fleet-fixture-repo.ts'
import { openTestPanel, type TestPanel } from '../testing/open-test-panel.ts'

let world: TestPanel
let imageId: string
beforeAll(async () => {
  world = await openTestPanel()
  const { db } = world.process.panel
  const hostId = await addHost(db)
  imageId = await addImage(db, hostId)
  const { facts } = await db.host.findUniqueOrThrow({ where: { id: hostId } })
  await db.host.update({ where: { id: hostId }, data: { facts: { ...Object(facts), bridges: ['br0'] } } })
})
afterAll(() => world[Symbol.asyncDispose]())

const networks = () => world.as(world.admin).network
const named = async (name: string) => (await networks().list()).items.find((network) => network.name === name)
const create = (name: string, bridge: string) => networks().create({ name, kind: 'bridge', bridge })

function makeMachine(name: string, networkId: string) {
  const sizes = { vcpus: 1, memoryBytes: 64 * MiB, diskBytes: GiB }
  const nics = [{ networkId }]
  return world.as(world.ada).vm.create({ name, imageId, ...sizes, firmware: 'bios', start: false, nics })
}

async function refusalOf(call: Promise<unknown>): Promise<AppError> {
  const error: unknown = await call.then(
    () => undefined,
    (refused: unknown) => refused,
  )
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
  if (!(cause instanceof AppError)) throw new Error(`was not refused: ${String(cause)}`)
  return cause
}

test('a bridge network is listed with its bridge, machines go to hosts that have it, and it goes again', async () => {
  const { networkId } = await create('office', 'br0')
  expect(await named('office')).toMatchObject({
    networkId,
    kind: 'bridge',
    bridge: 'br0',
    gatewayCidr: null,
    vmCount: 0,
  })
  await makeMachine('on-office', networkId)
  expect((await named('office'))?.vmCount).toBe(1)
  const refusal = await refusalOf(networks().delete({ networkId }))
  expect(refusal).toMatchObject({ code: 'NETWORK_IN_USE', details: { names: ['on-office'] } })
  const other = await create('lab', 'br0')
  await networks().delete({ networkId: other.networkId })
  expect(await named('lab')).toBeUndefined()
})

test('a host without the bridge is refused by its name', async () => {
  const { networkId } = await create('elsewhere', 'br7')
  const refusal = await refusalOf(makeMachine('nowhere', networkId))
  expect(refusal).toMatchObject({ code: 'HOST_CAPACITY', message: expect.stringContaining('no bridge br7') })
})

test('a name is had once, and the first networks stay', async () => {
  await create('twice', 'br0')
  expect((await refusalOf(create('twice', 'br1'))).code).toBe('NETWORK_NAME_TAKEN')
  const nat = await named('nat')
  if (nat === undefined) throw new Error('there is no NAT network')
  expect((await refusalOf(networks().delete({ networkId: nat.networkId }))).code).toBe('INPUT_INVALID')
  expect((await refusalOf(create('x', 'br0; reboot'))).code).toBe('INPUT_INVALID')
})

test('who did what to networks stands in the audit trail', async () => {
  const { networkId } = await create('seen', 'br0')
  await networks().delete({ networkId })
  const { items } = await world.as(world.admin).audit.list({ filter: { targetId: networkId } })
  expect(items.map(({ procedure, target }) => [procedure, target.name])).toEqual([
    ['network.delete', 'seen'],
    ['network.create', 'seen'],
  ])
})

test('of a new machine and the deletion of its network one is refused', async () => {
  const outcomes = new Set<string>()
  for (let round = 0; round < 8; round++) {
    const { networkId } = await create(`raced-${round}`, 'br0')
    const codeOf = (error: unknown): string => (error instanceof AppError ? error.code : 'refused')
    const [made, gone] = await Promise.all([
      makeMachine(`raced-${round}`, networkId).then(() => 'ok', codeOf),
      world.process.panel.db.$queryRaw`SELECT pg_sleep(${(round % 4) / 100})::text`
        .then(() => networks().delete({ networkId }))
        .then(() => 'ok', codeOf),
    ])
    outcomes.add([made, gone].filter((outcome) => outcome === 'ok').length.toString())
  }
  expect([...outcomes]).toEqual(['1'])
})
