import { expect, it } from 'vitest'
import { TransferRate } from './transfer-rate.ts'

it('tells the rate of the last seconds, not that of the whole time', () => {
  const rate = new TransferRate()
  expect(rate.add({ atMs: 0, bytes: 0 })).toBeNull()
  expect(rate.add({ atMs: 100, bytes: 100 })).toBeNull()
  expect(rate.add({ atMs: 1_000, bytes: 1_000 })).toBe(1_000)
  for (let second = 2; second <= 10; second++) rate.add({ atMs: second * 1_000, bytes: 1_000 })
  expect(rate.add({ atMs: 11_000, bytes: 1_000 })).toBe(0)
})

it('begins anew with a transfer that does', () => {
  const rate = new TransferRate()
  rate.add({ atMs: 0, bytes: 0 })
  rate.add({ atMs: 1_000, bytes: 5_000 })
  expect(rate.add({ atMs: 1_100, bytes: 10 })).toBeNull()
  expect(rate.add({ atMs: 2_100, bytes: 1_010 })).toBe(1_000)
})
