/** The filter's two readers, SQL and the browser's own, agree on every machine; what is saved comes back. */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { heldVmStates } from '@berth/core/vm/vm-state'
import { formatVmFilter, parseVmFilter } from '@berth/core/vm/vm-filter'
import { fitsVmFilter } from '@berth/core/vm/vm-filter-match'
import { newUuid } from '@berth/core/ids/ids'
import { MiB } from '@berth/core/units/bytes'
import { addHost, addImage, addVm } from '../testing/fleet-fixture-repo.ts'
import { openTestPanel, type TestPanel } from '../testing/open-test-panel.ts'

let world: TestPanel
const db = () => world.process.panel.db
const tags = ['prod', 'Web', '100%', 'a_b', 'team:x']

beforeAll(async () => {
  world = await openTestPanel()
  const hosts = [await addHost(db(), 'Host-A'), await addHost(db(), 'host-b'), await addHost(db(), 'host-c')]
  await db().host.updateMany({ where: { name: 'host-c' }, data: { state: 'offline' } })
  const images = [await addImage(db(), hosts[0] ?? '', 'Debian 13'), await addImage(db(), hosts[0] ?? '', 'tiny')]
  const owners = [world.ada.userId, world.bob.userId]
  for (let at = 0; at < 42; at++) {
    const vmId = await addVm(db(), {
      name: `${at % 2 ? 'web' : 'db'}-${at}`,
      ownerId: owners[at % 2] ?? '',
      hostId: hosts[at % 3] ?? '',
      state: heldVmStates[at % heldVmStates.length] ?? 'running',
      tags: tags.filter((_tag, bit) => (at >> bit) & 1),
      memoryBytes: (1 + (at % 5)) * 512 * MiB,
    })
    const lifecycle = at % 11 === 0 ? 'deleting' : 'present'
    const imageId = at % 4 === 0 ? null : (images[at % 2] ?? null)
    await db().vm.update({
      where: { id: vmId },
      data: { imageId, lifecycle, description: at % 3 ? '' : `Backs\\up ${at}` },
    })
    await db().$executeRaw`
      UPDATE vm_observed SET observed = jsonb_set(observed, '{addresses}', ${JSON.stringify(
        at % 6 === 0
          ? []
          : [
              { ip: `10.0.${at % 4}.${at}`, mac: `52:54:00:00:00:${10 + at}`, source: 'lease' },
              { ip: `FE80::${at}`, mac: 'x', source: 'guest-agent' },
            ],
      )}::jsonb) WHERE vm_id = ${vmId}::uuid`
    await db().$executeRaw`
      UPDATE vm_observed SET observed = observed || ${JSON.stringify({
        silentSince: at % 13 === 0 ? '2026-11-22T10:00:00.000Z' : null,
        pauseReason: [null, 'user', 'io-error'][at % 3],
        lastExit: {
          reason: at % 5 ? 'guest-shutdown' : 'qemu-exited',
          message: '',
          exitCode: null,
          signal: null,
          lastLines: [],
          at: '2026-11-22T10:00:00.000Z',
        },
      })}::jsonb WHERE vm_id = ${vmId}::uuid`
    if (at % 2) await db().$executeRaw`UPDATE vm SET spec = spec || '{"desiredPower": "on"}' WHERE id = ${vmId}::uuid`
  }
  await db().vm.updateMany({ where: { name: { in: ['web-1', 'db-2'] } }, data: { deletedAt: new Date() } })
  await db().vm.updateMany({ where: { name: 'web-3' }, data: { hostId: null } })
})
afterAll(() => world[Symbol.asyncDispose]())

const word = (key: string, ...values: string[]) => fc.constantFrom(...values).map((value) => `${key}:${value}`)
const anyTerm = fc.oneof(
  word('state', 'running', 'stopped', 'unknown', 'deleting', 'crashed', 'creating'),
  word('needs', 'attention'),
  word('host', 'host-a', 'HOST-B', 'host-*', '*b', 'nowhere', 'host_b'),
  word('tag', 'prod', 'web', '100%', 'a_b', 'a*', 'TEAM:*', '*', '"no such"'),
  word('image', '"debian 13"', 'tiny', 'deb*', '*'),
  word('owner', 'ada', 'b*', 'eve'),
  word('name', 'web-*', '*-1*', 'db-4', '*', 'web-1_'),
  word('ip', '10.0.1.*', '10.0.1.5', 'fe80::*', '52:54:*', '*:2*'),
  fc
    .tuple(
      fc.constantFrom('mem', 'disk'),
      fc.constantFrom('>', '>=', '<', '<=', '='),
      fc.constantFrom('512M', '1G', '1.5G', '0B', '9T'),
    )
    .map((parts) => parts.join('')),
  fc
    .tuple(fc.constantFrom('>', '>=', '<', '<=', '='), fc.constantFrom('0', '1', '2'))
    .map((parts) => `vcpu${parts.join('')}`),
)
const anyWord = fc.constantFrom(
  'web',
  'WEB',
  'db-1',
  '10.0.1',
  '%',
  '_',
  '\\',
  'host-a',
  'fe80::',
  'up 1',
  'prod',
  '"s\\\\\\\\u"',
)
const anyQuery = fc
  .array(
    fc.oneof(
      anyWord,
      anyTerm,
      anyTerm.map((term) => `-${term}`),
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map((parts) => parts.join(' '))

test('the list in SQL and the list in the browser are the same list', async () => {
  const all = (await world.as(world.admin).vm.list({ limit: 200 })).items
  expect(all).toHaveLength(40)
  await fc.assert(
    fc.asyncProperty(anyQuery, async (query) => {
      const { filter, problems } = parseVmFilter(query)
      expect(problems).toEqual([])
      const expected = all.filter((vm) => fitsVmFilter(filter, vm)).map((vm) => vm.name)
      const { items } = await world.as(world.admin).vm.list({ limit: 200, filter: { query: formatVmFilter(filter) } })
      expect(items.map((vm) => vm.name)).toEqual(expected)
      expect(await world.as(world.admin).vm.counts({ filter: { query } })).toMatchObject({ total: expected.length })
    }),
    { numRuns: 150 },
  )
})

test('what changes is found under its new words at once, and what is gone is not looked through', async () => {
  const hostId = await addHost(db(), 'host-d')
  const vmId = await addVm(db(), { name: 'before', ownerId: world.ada.userId, hostId })
  const found = async (query: string) =>
    (await world.as(world.ada).vm.list({ filter: { query } })).items.map((vm) => vm.name)
  expect(await found('before')).toEqual(['before'])
  await world.as(world.ada).vm.update({ vmId, name: 'after', tags: ['fresh'], description: 'Ünder way' })
  expect(await found('before')).toEqual([])
  expect(await found('AFTER fresh ünder')).toEqual(['after'])
  await db().vm.update({ where: { id: vmId }, data: { deletedAt: new Date() } })
  expect(await db().vmSearch.count({ where: { vmId } })).toBe(0)
})

test('a term that says nothing is refused in the words of the filter box', async () => {
  const asked = world.as(world.ada).vm.list({ filter: { query: 'web mem>8' } })
  await expect(asked).rejects.toThrow('filter.query: “mem>8”: the unit is missing. Write mem>8G or mem>8M.')
})

test('saved filters are each user’s own, keep their order, and are forgotten by name', async () => {
  const [ada, bob] = [world.as(world.ada).vm, world.as(world.bob).vm]
  await Promise.all([
    ada.saveFilter({ name: 'Big', query: 'mem>8G' }),
    ada.saveFilter({ name: 'Off', query: 'state:stopped' }),
    bob.saveFilter({ name: 'Mine', query: 'web' }),
  ])
  await ada.saveFilter({ name: 'Off', query: 'state:stopped tag:prod' })
  const { items } = await ada.savedFilters()
  expect(items.toSorted((a, b) => a.name.localeCompare(b.name))).toEqual([
    { name: 'Big', query: 'mem>8G' },
    { name: 'Off', query: 'state:stopped tag:prod' },
  ])
  await ada.forgetFilter({ name: 'Big' })
  expect((await ada.savedFilters()).items).toEqual([{ name: 'Off', query: 'state:stopped tag:prod' }])
  expect((await bob.savedFilters()).items).toEqual([{ name: 'Mine', query: 'web' }])
  for (let at = 0; at < 29; at++) await ada.saveFilter({ name: `f${newUuid().slice(-6)}`, query: 'web' })
  await expect(ada.saveFilter({ name: 'one more', query: 'web' })).rejects.toThrow('30 filters are saved already')
})
