import { expect, test } from 'vitest'
import { withLock } from './install-lock.ts'

const folder = `/tmp/berth-lock-test-${process.pid}`

test('the second waits for the first, also when the first fails', async () => {
  const order: string[] = []
  const begun = Promise.withResolvers<undefined>()
  const gate = Promise.withResolvers<undefined>()
  const first = withLock(folder, async () => {
    begun.resolve(undefined)
    await gate.promise
    order.push('first ends')
    throw new Error('broken build')
  })
  await begun.promise
  const second = withLock(folder, async () => {
    order.push('second')
  })
  await withLock(`${folder}-other`, async () => {
    order.push('another folder does not wait')
  })
  gate.resolve(undefined)
  await expect(first).rejects.toThrow('broken build')
  await second
  expect(order).toEqual(['another folder does not wait', 'first ends', 'second'])
})

test('of many at once, one works at a time', async () => {
  let working = 0
  let most = 0
  const turns = Array.from({ length: 8 }, () =>
    withLock(folder, async () => {
      working += 1
      most = Math.max(most, working)
      await Promise.resolve()
      working -= 1
    }),
  )
  await Promise.all(turns)
  expect(most).toBe(1)
})
