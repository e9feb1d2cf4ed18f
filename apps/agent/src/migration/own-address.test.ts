import type { NetworkInterfaceInfo } from 'node:os'
import { expect, it } from 'vitest'
import { ownAddressIn } from './own-address.ts'

const v4 = (address: string): NetworkInterfaceInfo => ({
  ...{ address, netmask: '255.255.255.0', mac: '52:54:00:00:00:01', internal: false, cidr: `${address}/24` },
  family: 'IPv4',
})
const v6 = (address: string, scopeid: number): NetworkInterfaceInfo => ({
  ...{ address, netmask: 'ffff:ffff:ffff:ffff::', mac: '52:54:00:00:00:01', internal: false, cidr: `${address}/64` },
  ...{ family: 'IPv6', scopeid },
})
const links = {
  lo: [v4('127.0.0.1')],
  eth0: [v4('10.0.0.7')],
  eth1: [v4('10.77.0.7'), v6('fe80::1', 3), v6('fd00:77::7', 0)],
}

it('is the one that lies in the subnet', () => {
  expect(ownAddressIn('10.77.0.0/24', links)).toBe('10.77.0.7')
  expect(ownAddressIn('fd00:77::/64', links)).toBe('fd00:77::7')
  expect(() => ownAddressIn('fe80::/10', links)).toThrow('no address')
})

it('where there is none, says what there is', () => {
  expect(() => ownAddressIn('10.78.0.0/24', links)).toThrow(
    'This host has no address in its move network 10.78.0.0/24. It has 10.0.0.7, 10.77.0.7, fd00:77::7.',
  )
})
