import { expect, test } from 'vitest'
import { blockOf, drawBlock, isFreeBlock, labIdOf, planLab } from './lab-plan.ts'

const routes = `default via 192.0.2.1 dev eth0
192.0.2.0/24 dev eth0 proto kernel scope link src 192.0.2.2
local 10.201.8.1 dev bl11111111 table local proto kernel scope host src 10.201.8.1
10.201.8.0/24 dev bl11111111 proto kernel scope link src 10.201.8.1
broadcast 192.0.2.255 dev eth0 table local proto kernel scope link src 192.0.2.2
unreachable 198.18.0.0/16
`

test('names fit what the kernel takes, and two installations have none in common', () => {
  const [one, other] = ['/srv/a', '/srv/b'].map((dataDir) =>
    planLab(labIdOf(dataDir), '10.200.4', ['host-1', 'host-12']),
  )
  expect(one?.rootLink.length).toBeLessThanOrEqual(15)
  expect(one?.rootLink).not.toBe(other?.rootLink)
  expect(one?.hosts.map(({ namespace }) => namespace)).not.toContain(other?.hosts[0]?.namespace)
  expect(one).toMatchObject({ panelAddress: '10.200.4.1', guestPrefix: '10.200.5' })
  expect(one?.hosts).toMatchObject([
    { address: '10.200.4.11', ports: { management: 'm1', guest: 'g1' } },
    { address: '10.200.4.12', ports: { management: 'm2', guest: 'g2' } },
  ])
  expect(blockOf('10.200.4.12')).toBe('10.200.4')
})

test('a block is drawn again until no route has an address of it', () => {
  // First 10.201.8, which is routed, then 10.200.4.
  const draws = [9, 4, 8, 2]
  expect(drawBlock(routes, () => draws.shift() ?? 0)).toBe('10.200.4')
  const everything = `${routes}10.0.0.0/8 via 192.0.2.9 dev eth0\n`
  expect(drawBlock(everything, (below) => below - 1)).toBe('198.19.254')
  expect(drawBlock(`${everything}198.18.0.0/15 dev eth0\n`, () => 0)).toBeUndefined()
})

test("a lab's own link does not stand in its way", () => {
  expect(isFreeBlock('10.201.8', routes, 'bl11111111')).toBe(true)
  expect(isFreeBlock('10.201.8', routes, 'bl22222222')).toBe(false)
  expect(isFreeBlock('192.0.2', routes, 'bl11111111')).toBe(false)
})
