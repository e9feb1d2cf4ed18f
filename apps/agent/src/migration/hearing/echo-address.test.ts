import { networkIdSchema, newUuid, nicIdSchema } from '@berth/core/ids/ids'
import type { NetworkConfig, NicSpec } from '@berth/core/network/network'
import { describe, expect, it } from 'vitest'
import { cidrsIn, echoAddress, linkLocalOf, nicToHear } from './echo-address.ts'

const mac = '52:54:00:12:34:56'
const networkId = networkIdSchema.parse(newUuid())
const nicOn = (network: NetworkConfig, nicMac = mac): NicSpec => ({
  nicId: nicIdSchema.parse(newUuid()),
  mac: nicMac,
  network,
})
const user = nicOn({ networkId, kind: 'user' })
const nat = nicOn({ networkId, kind: 'nat', gatewayCidr: '10.90.0.1/24' })
const onLan = nicOn({ networkId, kind: 'bridge', bridge: 'lan0' })

describe('the NIC that is listened to', () => {
  it('is the first on a bridge of the hosts', () => {
    expect(nicToHear([user, onLan, nicOn(onLan.network, '52:54:00:00:00:01')])).toEqual({
      ...{ kind: 'bridge', mac, bridge: 'lan0' },
    })
  })

  it('is none, and says why', () => {
    expect(nicToHear([])).toMatchObject({ kind: 'none', reason: 'It has no network.' })
    expect(nicToHear([user])).toMatchObject({ kind: 'none', reason: expect.stringContaining('user mode') })
    expect(nicToHear([user, nat])).toMatchObject({ kind: 'none', reason: expect.stringContaining('NAT') })
  })
})

describe('the address that is asked', () => {
  const nic = { kind: 'bridge', mac, bridge: 'lan0' } as const
  const known = (ip: string, of = mac) => ({ mac: of, ip, source: 'guest-agent' }) as const
  const linkLocal = { family: 6, address: 'fe80::5054:ff:fe12:3456%lan0' } as const

  it('is its IPv4 where the bridge is in that subnet', () => {
    const all = [known('fd00::7'), known('192.168.1.7'), known('10.1.3.7')]
    expect(echoAddress(nic, all, ['10.1.2.1/23'])).toEqual({ family: 4, address: '10.1.3.7' })
  })

  it('is else the link-local one of its MAC, with the bridge', () => {
    expect(echoAddress(nic, [], [])).toEqual(linkLocal)
    expect(echoAddress(nic, [known('10.1.4.7')], ['10.1.2.1/23'])).toEqual(linkLocal)
    expect(echoAddress(nic, [known('10.1.3.7', '52:54:00:00:00:01')], ['10.1.2.1/23'])).toEqual(linkLocal)
    expect(echoAddress(nic, [known('10.1.2.1')], ['10.1.2.1/23'])).toEqual(linkLocal)
  })

  it('is made of the MAC as kernels make it', () => {
    expect(linkLocalOf('52:54:00:00:00:01')).toBe('fe80::5054:ff:fe00:1')
    expect(linkLocalOf('02:fc:00:00:00:01')).toBe('fe80::fc:ff:fe00:1')
  })

  it('finds the bridge’s own in what ip(8) says', () => {
    const text = [
      '4: br0    inet 10.1.2.1/23 brd 10.1.3.255 scope global br0\\       valid_lft forever preferred_lft forever',
      '4: br0    inet 192.168.7.1/24 scope global secondary br0\\       valid_lft forever',
    ]
    expect(cidrsIn(text.join('\n'))).toEqual(['10.1.2.1/23', '192.168.7.1/24'])
    expect(cidrsIn('')).toEqual([])
  })
})
