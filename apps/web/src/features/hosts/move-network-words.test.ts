import { expect, it } from 'vitest'
import { hostFactsSchema } from '@berth/core/host/host'
import { moveNetworkText } from './move-network-words.ts'

const nics = hostFactsSchema.shape.nics.parse([
  { name: 'eth0', mac: '', addresses: ['10.0.0.7/24'], speedMbps: null, isUp: true, isBridge: false },
  { name: 'eth1', mac: '', addresses: ['fd00:77::7/64', '10.77.0.7/24'], speedMbps: null, isUp: true, isBridge: false },
])
const host = (moveNetwork: string | null) =>
  moveNetworkText({
    moveNetwork,
    address: '10.0.0.7',
    facts: { nics } as Parameters<typeof moveNetworkText>[0]['facts'],
  })

it('names the address and the NIC, or that there is none', () => {
  expect(host(null)).toMatchObject({ title: '10.0.0.7', isWarning: false })
  expect(host('10.77.0.0/24')).toMatchObject({
    title: '10.77.0.0/24',
    text: 'Machines come to it by 10.77.0.7 on eth1.',
  })
  expect(host('fd00:77::/64').text).toMatch(/fd00:77::7 on eth1/)
  expect(host('10.78.0.0/24')).toMatchObject({ isWarning: true })
})
