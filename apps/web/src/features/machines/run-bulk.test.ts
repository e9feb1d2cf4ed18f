import { expect, it } from 'vitest'
import { type BulkResult, runBulk } from './run-bulk.ts'

it('runs all, never more at once than allowed, and goes on after a failure', async () => {
  const results: BulkResult[] = []
  let running = 0
  let most = 0
  await runBulk({
    ids: ['a', 'b', 'c', 'd', 'e'],
    limit: 2,
    act: async (id) => {
      most = Math.max(most, ++running)
      await Promise.resolve()
      running--
      if (id === 'b') throw new Error('no')
    },
    onResult: (result) => results.push(result),
  })
  expect(most).toBe(2)
  expect(results.map(({ id }) => id).sort()).toEqual(['a', 'b', 'c', 'd', 'e'])
  expect(results.filter(({ error }) => error !== null).map(({ id }) => id)).toEqual(['b'])
})
