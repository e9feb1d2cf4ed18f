import { expect, it } from 'vitest'
import { parseLeases } from './dhcp-leases.ts'

it('reads leases and passes over everything else', () => {
  const text = [
    '1763829000 52:54:00:AA:00:01 10.90.4.17 web-1 01:52:54:00:aa:00:01',
    '1763829000 52:54:00:aa:00:02 10.90.4.18 * *',
    'duid 00:01:00:01',
    'garbage',
    '',
  ].join('\n')
  expect(parseLeases(text)).toEqual([
    { mac: '52:54:00:aa:00:01', ip: '10.90.4.17', hostname: 'web-1' },
    { mac: '52:54:00:aa:00:02', ip: '10.90.4.18', hostname: null },
  ])
})
