import type { HostFitness } from '@berth/core/migration/move-fitness'
import { hostIdSchema, newUuid } from '@berth/core/ids/ids'
import { describe, expect, it } from 'vitest'
import { chosenTarget, memoryAfterText, sortTargets, tellingReasons } from './target-order.ts'

const GiB = 1024 ** 3
const host = (name: string, score: number, change: Partial<HostFitness> = {}): HostFitness => ({
  hostId: hostIdSchema.parse(newUuid()),
  name,
  verdict: 'can',
  isCurrent: false,
  reasons: [{ rule: 'memory', verdict: 'can', text: 'Enough memory.' }],
  memoryBytes: 16 * GiB,
  freeMemoryAfterBytes: 4 * GiB,
  disks: [],
  score,
  ...change,
})
const names = (hosts: readonly HostFitness[]) => hosts.map(({ name }) => name)

describe('the order of hosts', () => {
  const current = host('a', 99, { isCurrent: true, verdict: 'cannot' })
  const hosts = [
    current,
    host('low', 1),
    host('tie-warned', 5, { verdict: 'warning' }),
    host('tie-z', 5),
    host('tie-b', 5),
    host('full', 9, { verdict: 'cannot' }),
  ]
  const sorted = sortTargets(hosts)

  it('is by score, then without a warning, then by name; what cannot is apart', () => {
    expect(names(sorted.able)).toEqual(['tie-b', 'tie-z', 'tie-warned', 'low'])
    expect(names(sorted.unable)).toEqual(['full'])
    expect(sorted.current).toBe(current)
  })

  it('keeps the choice while it can be had, else takes the panel’s best, else the first', () => {
    const [b, z, , low] = sorted.able
    expect(chosenTarget(sorted, low?.hostId ?? '', z?.hostId ?? '')).toBe(low)
    expect(chosenTarget(sorted, current.hostId, z?.hostId ?? '')).toBe(z)
    expect(chosenTarget(sorted, null, null)).toBe(b)
    expect(chosenTarget({ able: [] }, current.hostId, null)).toBeUndefined()
  })
})

describe('what a card says', () => {
  it('is what speaks against the host, or what speaks for it where nothing does', () => {
    const fine = host('b', 1)
    expect(tellingReasons(fine)).toEqual(fine.reasons)
    const warning = { rule: 'cpu', verdict: 'warning', text: 'Another processor.' } as const
    expect(tellingReasons({ reasons: [warning, ...fine.reasons] })).toEqual([warning])
  })

  it('tells the memory that is left, or missing', () => {
    expect(memoryAfterText(host('b', 1))).toBe('4 GiB of 16 GiB free after the move')
    expect(memoryAfterText(host('b', 1, { freeMemoryAfterBytes: -GiB }))).toBe('1 GiB of memory are missing')
  })
})
