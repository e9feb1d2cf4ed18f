import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { parseDisks, parseMemory, parseTicks } from './host-probe.ts'
import { parseNetDev } from './network-counters.ts'
import { cpuMsOf, residentBytesOf } from './proc-files.ts'

it('reads CPU time and memory past a name with spaces and parentheses', () => {
  const stat = '42 (a) b (c)) S 1 42 42 0 -1 4194560 100 0 0 0 250 150 0 0 20 0 3 0 99 1000 250 18446744073709551615'
  expect(cpuMsOf(stat)).toBe(4_000)
  expect(residentBytesOf(stat)).toBe(250 * 4096)
})

it('counts the resident pages of this very process as statm does', () => {
  const [stat, statm] = [readFileSync('/proc/self/stat', 'latin1'), readFileSync('/proc/self/statm', 'latin1')]
  const statmBytes = Number(statm.split(' ')[1]) * 4096
  expect(residentBytesOf(stat) / statmBytes).toBeGreaterThan(0.9)
  expect(residentBytesOf(stat) / statmBytes).toBeLessThan(1.1)
})

it('agrees with what this very process is told elsewhere', () => {
  const memory = parseMemory(readFileSync('/proc/meminfo', 'latin1'))
  expect(memory.totalBytes).toBeGreaterThan(memory.availableBytes)
  const ticks = parseTicks(readFileSync('/proc/stat', 'latin1'))
  expect(ticks.allTicks).toBeGreaterThan(ticks.busyTicks)
  expect(parseNetDev(readFileSync('/proc/net/dev', 'latin1')).get('lo')?.rxBytes).toBeGreaterThanOrEqual(0)
})

it('counts whole disks only', () => {
  const line = (name: string, sectors: number) => ` 254 0 ${name} 10 0 ${sectors} 5 20 0 ${sectors * 2} 9 0 5 14`
  expect(parseDisks([line('vda', 8), line('vda1', 8), line('loop0', 99)].join('\n'))).toEqual({
    readBytes: 8 * 512,
    writeBytes: 16 * 512,
  })
})
