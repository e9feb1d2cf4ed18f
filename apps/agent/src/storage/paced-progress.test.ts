import { expect, it, vi } from 'vitest'
import { PacedProgress } from './paced-progress.ts'

it('tells the first at once, the last of the others later, and nothing twice', async () => {
  const told: number[] = []
  using paced = new PacedProgress<number>((value) => told.push(value), 20)
  for (const value of [1, 2, 3]) paced.add(value)
  expect(told).toEqual([1])
  await vi.waitFor(() => expect(told).toEqual([1, 3]))
})

it('tells what is left when it ends', () => {
  const told: number[] = []
  {
    using paced = new PacedProgress<number>((value) => told.push(value), 60_000)
    paced.add(1)
    paced.add(2)
  }
  expect(told).toEqual([1, 2])
})
