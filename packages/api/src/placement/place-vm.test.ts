import { expect, test } from 'vitest'
import { GiB } from '@berth/core/units/bytes'
import { placeVm, type PlacementHost, type PlacementRequest } from './place-vm.ts'
import { makeCandidate } from './testing/make-candidate.ts'

const host = (name: string, change: Partial<PlacementHost> = {}): PlacementHost => ({
  ...makeCandidate(name),
  imagePools: ['default'],
  imageFrom: null,
  ...change,
})
const request: PlacementRequest = {
  vcpus: 2,
  memoryBytes: 4 * GiB,
  firmware: 'bios',
  networks: ['user'],
  diskBytesNow: 0,
  imageBytes: 0,
  pool: 'default',
  needsImage: true,
  hostId: null,
}

test('takes the host with the most free memory, and says why for each', () => {
  const placed = placeVm(request, [
    host('a', { committedMemoryBytes: 8 * GiB }),
    host('b'),
    host('c', { state: 'offline' }),
  ])
  expect(placed.hostName).toBe('b')
  expect(placed.trace.map((verdict) => [verdict.name, verdict.isPossible])).toEqual([
    ['a', true],
    ['b', true],
    ['c', false],
  ])
  expect(placed.trace[2]?.reason).toBe('the host is offline since 2026-11-23 03:05 UTC')
})

test('equal hosts are told apart by name, in whatever order they come', () => {
  expect(placeVm(request, [host('b'), host('a')]).hostName).toBe('a')
  expect(placeVm(request, [host('a'), host('b')]).hostName).toBe('a')
})

const refusals: readonly [string, Partial<PlacementHost>, Partial<PlacementRequest>, RegExp][] = [
  ['memory', { committedMemoryBytes: 12 * GiB }, {}, /4 GiB of memory asked, 2\.4 GiB free of 16 GiB/],
  ['disk', {}, { diskBytesNow: 200 * GiB }, /200 GiB of disk asked, 100 GiB free in pool "default"/],
  ['vcpus', {}, { vcpus: 33 }, /33 vCPUs asked, at most 32 on 4 processors/],
  ['firmware', {}, { firmware: 'uefi' }, /no UEFI firmware/],
  ['network', { networks: ['user'] }, { networks: ['nat'] }, /no network of the kind "nat"/],
  ['image', { imagePools: [] }, {}, /image does not lie there/],
  ['maintenance', { isInMaintenance: true }, {}, /in maintenance/],
  ['pool', { pools: [] }, {}, /no pool "default"/],
]
test.each(refusals)('refuses for %s with the numbers', (...row) => {
  const [, hostChange, requestChange, words] = row
  const ask = () => placeVm({ ...request, ...requestChange }, [host('a', hostChange)])
  expect(ask).toThrow(words)
  expect(ask).toThrow(expect.objectContaining({ code: 'HOST_CAPACITY' }))
})

test('a host without the image takes it where another can send it, after those that have it', () => {
  const lacking = host('b', { imagePools: [], imageFrom: 'a', memoryBytes: 64 * GiB })
  const asked = { ...request, imageBytes: GiB }
  const placed = placeVm(asked, [host('a'), lacking])
  expect(placed.hostName).toBe('a')
  expect(placed.trace.map(({ warning }) => warning)).toEqual([null, 'the image (1 GiB) is sent there first, from a'])
  expect(placeVm({ ...asked, hostId: 'b' }, [lacking]).hostName).toBe('b')
  // Its file needs room there, that of a disc too.
  for (const isDisc of [false, true]) {
    const tooLarge = { ...asked, imageBytes: 101 * GiB, isDisc }
    expect(() => placeVm(tooLarge, [lacking])).toThrow(/101 GiB of disk asked/)
  }
})

test('a wish for an unknown host is not found; no host at all is no room', () => {
  expect(() => placeVm({ ...request, hostId: 'x' }, [host('a')])).toThrow(
    expect.objectContaining({ code: 'HOST_NOT_FOUND' }),
  )
  expect(() => placeVm(request, [])).toThrow(/No host has joined yet/)
})
