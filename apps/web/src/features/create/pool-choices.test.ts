import { newUuid, poolIdSchema } from '@berth/core/ids/ids'
import { expect, it } from 'vitest'
import { poolChoices } from './pool-choices.ts'

const shared = { poolId: poolIdSchema.parse(newUuid()) }
const own = { name: 'default', path: '/d', totalBytes: 9, freeBytes: 9, committedBytes: 0, supportsDirectIo: true }
const poolOf = (name: string, change: object = {}) => ({ ...own, name, shared, problem: null, ...change })
const hostOf = (...names: string[]) => ({
  state: 'online' as const,
  pools: [{ ...own, shared: null, problem: null }, ...names.map((name) => poolOf(name))],
})

it('is no choice where hosts share nothing', () => {
  expect(poolChoices([hostOf(), hostOf()])).toEqual([])
})

it('counts the hosts that can use a pool now', () => {
  const broken = { ...hostOf(), pools: [poolOf('fast', { problem: 'not mounted', freeBytes: 0 })] }
  const away = { ...hostOf('slow'), state: 'offline' as const }
  expect(poolChoices([hostOf('fast'), broken, away])).toEqual([
    { name: 'fast', hostCount: 1, freeBytes: 9, disabledReason: null },
    { name: 'slow', hostCount: 0, freeBytes: 0, disabledReason: 'No host can use it now' },
  ])
})
