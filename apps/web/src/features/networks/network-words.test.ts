import { expect, test } from 'vitest'
import { bridgesOf, hostsWith, reachText } from './network-words.ts'

const hosts = [
  { name: 'host-1', facts: { networkKinds: ['user' as const, 'nat' as const], bridges: ['br0', 'lan0'] } },
  { name: 'host-2', facts: { networkKinds: ['user' as const], bridges: ['lan0'] } },
  // An agent that does not say, and a host that has not spoken.
  { name: 'host-3', facts: { networkKinds: ['user' as const] } },
  { name: 'host-4', facts: null },
]

test('a network reaches the hosts that have its kind, or its bridge', () => {
  expect(hostsWith({ kind: 'bridge', bridge: 'lan0' }, hosts)).toEqual(['host-1', 'host-2'])
  expect(hostsWith({ kind: 'nat', bridge: null }, hosts)).toEqual(['host-1'])
  expect(hostsWith({ kind: 'user', bridge: null }, hosts)).toEqual(['host-1', 'host-2', 'host-3'])
  expect(hostsWith({ kind: 'bridge', bridge: 'br9' }, hosts)).toEqual([])
})

test('bridges are offered by how many hosts have them', () => {
  expect(bridgesOf(hosts)).toEqual([
    { bridge: 'lan0', hostCount: 2 },
    { bridge: 'br0', hostCount: 1 },
  ])
})

test('how many hosts, in words', () => {
  expect([reachText(0, 3), reachText(2, 3), reachText(3, 3), reachText(1, 1)]).toEqual([
    'no host',
    '2 of 3 hosts',
    'all 3 hosts',
    'the one host',
  ])
})
