import { networkIdSchema, newUuid } from '@berth/core/ids/ids'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { antiSpoofRules, bridgeName, natRules, planBridge, tapName } from './bridge-plan.ts'

const networkId = networkIdSchema.parse('0192f0c1-0000-7000-8000-0123456789ab')
const plan = (gatewayCidr: string) => planBridge({ networkId, kind: 'nat', gatewayCidr })

describe('planBridge', () => {
  it('leases every address but network, gateway and broadcast', () => {
    expect(plan('10.90.4.1/24')).toMatchObject({
      subnet: '10.90.4.0/24',
      gateway: '10.90.4.1',
      rangeFirst: '10.90.4.2',
      rangeLast: '10.90.4.254',
      netmask: '255.255.255.0',
    })
  })

  it('keeps subnet and range around any gateway', () => {
    const octet = fc.integer({ min: 0, max: 255 })
    const gateway = fc.tuple(fc.integer({ min: 10, max: 190 }), octet, octet, octet).map((parts) => parts.join('.'))
    fc.assert(
      fc.property(gateway, fc.integer({ min: 8, max: 29 }), (ip, prefix) => {
        const made = plan(`${ip}/${prefix}`)
        expect(made.subnet.endsWith(`/${prefix}`)).toBe(true)
        expect(made.rangeFirst).toMatch(/^\d+\.\d+\.\d+\.\d+$/)
        expect(made.rangeLast).toMatch(/^\d+\.\d+\.\d+\.\d+$/)
      }),
    )
  })

  it('gives a network one MAC, whatever host it is on, and each network another', () => {
    expect(plan('10.90.4.1/24').mac).toBe('0a:23:45:67:89:ab')
    const other = planBridge({ networkId: networkIdSchema.parse(newUuid()), kind: 'nat', gatewayCidr: '10.90.4.1/24' })
    expect(other.mac).toMatch(/^0a(:[0-9a-f]{2}){5}$/)
    expect(other.mac).not.toBe(plan('10.90.5.1/24').mac)
  })

  it('refuses a subnet with no room', () => {
    expect(() => plan('10.0.0.1/30')).toThrowError(expect.objectContaining({ code: 'NETWORK_SETUP_FAILED' }))
  })

  it('makes interface names that the kernel takes', () => {
    for (let i = 0; i < 50; i++) {
      expect(bridgeName(newUuid()).length).toBeLessThanOrEqual(15)
      expect(tapName(newUuid()).length).toBeLessThanOrEqual(15)
    }
  })
})

describe('rules', () => {
  it('masquerades what leaves the subnet and drops what a guest fakes', () => {
    expect(natRules(plan('10.90.4.1/24'))).toContain('ip saddr 10.90.4.0/24 ip daddr != 10.90.4.0/24 masquerade')
    const rules = antiSpoofRules('berth_x', new Map([['btap1', '52:54:00:00:00:01']]))
    expect(rules).toContain('iifname "btap1" ether saddr != 52:54:00:00:00:01 drop')
  })
})
