import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cidrHolds, cidrSchema } from './cidr.ts'

describe('a subnet', () => {
  it.each([
    ['10.77.0.0/24', '10.77.0.9', true],
    ['10.77.0.5/24', '10.77.0.9', true],
    ['10.77.0.0/24', '10.77.1.9', false],
    ['10.77.0.0/32', '10.77.0.0', true],
    ['128.0.0.0/1', '255.1.1.1', true],
    ['fd00:77::/64', 'fd00:77::1', true],
    ['fd00:77::/64', 'fd00:77:0:0:1:2:3:4', true],
    ['fd00:77::/64', 'fd00:78::1', false],
    ['fe80::/10', 'fe80::1%eth0', true],
    ['::ffff:10.0.0.0/104', '::ffff:10.1.2.3', true],
    ['10.77.0.0/24', '::ffff:10.77.0.9', false],
    ['10.77.0.0/24', 'host-1', false],
    ['10.77.0.0', '10.77.0.0', false],
    ['10.77.0.0/33', '10.77.0.0', false],
  ])('%s holds %s: %s', (cidr, address, is) => {
    expect(cidrHolds(cidr, address)).toBe(is)
  })

  it('holds its own addresses and no longer prefix than its own', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.integer({ min: 1, max: 32 }), (address, prefix) => {
        expect(cidrHolds(`${address}/${prefix}`, address)).toBe(true)
      }),
    )
    fc.assert(
      fc.property(fc.ipV6(), fc.integer({ min: 1, max: 128 }), (address, prefix) => {
        expect(cidrHolds(`${address}/${prefix}`, address)).toBe(true)
      }),
    )
  })

  it('is asked for as one', () => {
    expect(cidrSchema.parse(' FD00:77::/64 ')).toBe('fd00:77::/64')
    for (const wrong of [
      '',
      '10.77.0.0',
      '0.0.0.0/0',
      '::/0',
      '10.77.0.0/24/1',
      '10.77.0.0/-1',
      'x/24',
      '10.77.0.0/ 24',
    ])
      expect(cidrSchema.safeParse(wrong).success, wrong).toBe(false)
  })
})
