import { hostIdSchema, newUuid } from '@berth/core/ids/ids'
import { GiB } from '@berth/core/units/bytes'
import { expect, it } from 'vitest'
import {
  detachRefusal,
  freeText,
  isOvercommitted,
  poolHostLook,
  poolTrouble,
  promisedNote,
  promisedText,
  sharedWithText,
} from './pool-words.ts'

const hostOf = (name: string, change: object = {}) => ({
  ...{ hostId: hostIdSchema.parse(newUuid()), name, state: 'online' as const, path: '/srv/fast', problem: null },
  ...{ supportsDirectIo: true, vmCount: 0, seenAt: '2026-11-23T03:00:00.000Z' },
  ...change,
})

it('says what is free, and what of it is promised', () => {
  const room = { totalBytes: 100 * GiB, freeBytes: 40 * GiB, committedBytes: 0 }
  expect([freeText(room), promisedText(room)]).toEqual(['40 GiB free', 'nothing yet'])
  const much = { ...room, committedBytes: 150 * GiB }
  expect(promisedText(much)).toBe('150 GiB, 150 % of it')
  expect(promisedNote(much)).toContain('More than there is')
  const unseen = { ...much, totalBytes: 0, freeBytes: 0 }
  expect([freeText(unseen), promisedText(unseen)]).toEqual(['No host sees it now', '150 GiB'])
  expect([isOvercommitted(much), isOvercommitted(unseen)]).toEqual([true, false])
})

it('names the hosts that cannot use it before those that are away', () => {
  const problem = 'There is no pool in /srv/fast: its file system is not mounted.'
  const away = hostOf('host-c', { state: 'offline' })
  expect(poolTrouble({ hosts: [hostOf('host-a'), hostOf('host-b')] })).toBeNull()
  expect(poolTrouble({ hosts: [hostOf('host-a'), away] })?.text).toBe('host-c does not answer')
  expect(poolTrouble({ hosts: [hostOf('host-b', { problem }), away] })).toEqual({
    tone: 'bad',
    text: 'Not usable on host-b',
  })
  expect(poolHostLook({ state: 'online', problem }).problem).toBe(problem)
  expect(poolHostLook(away).kind).toBe('unknown')
})

it('keeps a host in the pool while its machines have disks there', () => {
  expect(detachRefusal(hostOf('host-a', { vmCount: 2 }))).toBe('2 machines of host-a have disks in it')
  expect(detachRefusal(hostOf('host-a', { state: 'offline' }))).toBe('host-a does not answer')
  expect(detachRefusal(hostOf('host-a'))).toBeNull()
})

it('says with whom a host shares', () => {
  const [a, b] = [hostOf('host-a'), hostOf('host-b')]
  expect(sharedWithText({ hosts: [a, b] }, a.hostId)).toBe('shared with host-b')
  expect(sharedWithText({ hosts: [a] }, a.hostId)).toBeNull()
  expect(sharedWithText(undefined, a.hostId)).toBeNull()
})
