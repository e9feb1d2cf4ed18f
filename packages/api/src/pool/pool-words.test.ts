import { directoryReportSchema } from '@berth/core/agent-contract/pool-commands'
import { hostIdSchema, newUuid } from '@berth/core/ids/ids'
import type { PoolTest } from '@berth/core/storage/pool'
import { GiB } from '@berth/core/units/bytes'
import { expect, it } from 'vitest'
import { directoryVerdict, withSizesCompared } from './pool-words.ts'

const poolId = newUuid()
const reportOf = (change: object = {}) =>
  directoryReportSchema.parse({
    ...{ fileSystem: 'nfs', isOnRootDisk: false, totalBytes: 2 * GiB, freeBytes: GiB, supportsDirectIo: true },
    ...{ poolId: null, problem: null },
    ...change,
  })

it('takes an empty directory for a new pool, and wonders about one on the root disk', () => {
  expect(directoryVerdict(reportOf(), null)).toEqual({ verdict: 'can', text: '1 GiB free of 2 GiB (nfs)' })
  expect(directoryVerdict(reportOf({ isOnRootDisk: true }), null)).toMatchObject({
    verdict: 'warning',
    text: expect.stringContaining('is the shared file system mounted there?') as unknown,
  })
  expect(directoryVerdict(reportOf({ poolId }), null).verdict).toBe('cannot')
  const problem = 'There is no directory /srv/x on this host.'
  expect(directoryVerdict(reportOf({ problem }), null)).toEqual({ verdict: 'cannot', text: problem })
})

it('takes for an existing pool only the directory that has its id', () => {
  expect(directoryVerdict(reportOf({ poolId, isOnRootDisk: true }), poolId).verdict).toBe('can')
  expect(directoryVerdict(reportOf({ poolId: newUuid() }), poolId).text).toBe('Another pool lies there.')
  const notEmpty = '/srv/x is not empty: a lies there. A pool begins in an empty directory.'
  expect(directoryVerdict(reportOf({ problem: notEmpty }), poolId).text).toContain('not mounted')
  const missing = 'There is no directory /srv/x on this host.'
  expect(directoryVerdict(reportOf({ problem: missing }), poolId).text).toBe(missing)
  const unmounted = { problem: 'nas does not answer.', fileSystem: 'unknown' }
  expect(directoryVerdict(reportOf(unmounted), poolId).text).toBe('nas does not answer.')
})

it('warns where hosts see file systems of different sizes', () => {
  const [a, b] = [newUuid(), newUuid()].map((id) => hostIdSchema.parse(id))
  const tests = [a, b].map((hostId): PoolTest => ({
    hostId: hostId ?? expect.fail(),
    name: 'h',
    verdict: 'can',
    text: 't',
  }))
  const sizes = (...bytes: number[]) => new Map(bytes.map((size, index) => [`${index}`, size]))
  expect(withSizesCompared(tests, sizes(GiB, GiB))).toEqual(tests)
  expect(withSizesCompared(tests, sizes(GiB, 2 * GiB)).map(({ verdict }) => verdict)).toEqual(['warning', 'warning'])
})
