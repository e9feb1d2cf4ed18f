import { expect, it } from 'vitest'
import { isSwitchNear, type NearFigures } from './near-switch.ts'

const left = (seconds: number, change: Partial<NearFigures> = {}): NearFigures => ({
  ...{ phase: 'memory', remainingBytes: seconds * 1_000, throughputBytesPerSecond: 1_000 },
  ...change,
})

it('is near when the pass ends within seconds, and stays so while that is not far off', () => {
  expect(isSwitchNear(false, left(4))).toBe(true)
  expect(isSwitchNear(false, left(10))).toBe(false)
  expect(isSwitchNear(true, left(10))).toBe(true)
  expect(isSwitchNear(true, left(60))).toBe(false)
})

it('keeps what was so while nothing has been measured', () => {
  const unmeasured = left(1, { throughputBytesPerSecond: 0 })
  expect([isSwitchNear(true, unmeasured), isSwitchNear(false, unmeasured)]).toEqual([true, false])
})

it('is never near while disks are copied, and always once the guest stands', () => {
  expect(isSwitchNear(true, left(1, { phase: 'disks' }))).toBe(false)
  for (const phase of ['switch-over', 'hand-over', 'post-copy'] as const)
    expect(isSwitchNear(false, left(600, { phase }))).toBe(true)
})

it('is near one stalled pass before the machine goes ahead of its memory', () => {
  const next = (passesLeft: number) => ({ taken: [], next: { action: { kind: 'switch' as const }, passesLeft } })
  expect(isSwitchNear(false, left(600, { ladder: next(2) }))).toBe(false)
  expect(isSwitchNear(false, left(600, { ladder: next(1) }))).toBe(true)
})
