import { expect, test } from 'vitest'
import { newUuid } from '../ids/ids.ts'
import { networkConfigSchema, networkNeed, networksOffered } from './network.ts'

const bridge = (name: string) =>
  networkConfigSchema.safeParse({ networkId: newUuid(), kind: 'bridge', bridge: name }).success

test("a bridge's name is one that the kernel and every program take", () => {
  expect(['br0', 'lan0', 'br-lan.7', 'a23456789012345'].filter((name) => !bridge(name))).toEqual([])
  expect(['', '0br', 'a234567890123456', 'br0 up', 'br/0', '..', 'br0\n', 'br"0', '-i', 'br:1'].filter(bridge)).toEqual(
    [],
  )
})

test('a host meets the needs of what it has, and of nothing else', () => {
  const networkId = networkConfigSchema.options[0].shape.networkId.parse(newUuid())
  const offered = networksOffered({ networkKinds: ['user', 'nat'], bridges: ['br0'] })
  expect(offered).toContain(networkNeed({ networkId, kind: 'nat', gatewayCidr: '10.0.0.1/24' }))
  expect(offered).toContain(networkNeed({ networkId, kind: 'bridge', bridge: 'br0' }))
  expect(offered).not.toContain(networkNeed({ networkId, kind: 'bridge', bridge: 'br1' }))
  expect(networksOffered({ networkKinds: ['user'] })).toEqual(['user'])
})
