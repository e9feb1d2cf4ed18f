import { mkdtemp, rm, writeFile, readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { withLock } from './install-lock.ts'

let dir = ''
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'berth-lock-'))
})
afterEach(() => rm(dir, { recursive: true }))

test('the second waits for the first, also when the first fails', async () => {
  const path = join(dir, 'lock')
  const order: string[] = []
  const gate = Promise.withResolvers<undefined>()
  const first = withLock(path, async () => {
    order.push('first begins')
    await gate.promise
    order.push('first ends')
    throw new Error('broken build')
  })
  const second = withLock(path, async () => {
    order.push('second')
  })
  gate.resolve(undefined)
  await expect(first).rejects.toThrow('broken build')
  await second
  expect(order).toEqual(['first begins', 'first ends', 'second'])
  expect(await readdir(dir)).toEqual([])
})

test('the lock of a dead process is taken over', async () => {
  const path = join(dir, 'lock')
  await writeFile(path, JSON.stringify({ pid: process.pid, startTime: 1 }))
  expect(await withLock(path, async () => 'done')).toBe('done')
})
