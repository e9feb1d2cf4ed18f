import { expect, test } from 'vitest'
import { readPings } from './guest-pings.ts'

test('the longest time without an answer is told in milliseconds', () => {
  const output = `PING 10.200.5.20 (10.200.5.20) 56(84) bytes of data.
[1795000000.000000] 64 bytes from 10.200.5.20: icmp_seq=1 ttl=64 time=0.4 ms
[1795000000.010000] 64 bytes from 10.200.5.20: icmp_seq=2 ttl=64 time=0.4 ms
From 10.200.5.1 icmp_seq=3 Destination Host Unreachable
[1795000000.135000] 64 bytes from 10.200.5.20: icmp_seq=14 ttl=64 time=0.4 ms

--- 10.200.5.20 ping statistics ---
14 packets transmitted, 3 received, 78.5% packet loss, time 130ms
`
  const { longestGapMs, ...rest } = readPings(output)
  expect(rest).toEqual({ sent: 14, received: 3 })
  expect(longestGapMs).toBeCloseTo(125, 0)
  expect(readPings('')).toEqual({ sent: 0, received: 0, longestGapMs: 0 })
})
