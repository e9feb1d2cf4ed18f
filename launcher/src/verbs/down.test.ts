import { expect, test } from 'vitest'
import { dataPaths } from '../data/data-paths.ts'
import { down, isMachineOn } from './down.ts'
import { withLock } from '../install/install-lock.ts'

test('what has a process has to be stopped, also a guest that crashed', () => {
  expect(isMachineOn({ state: 'running', run: {} })).toBe(true)
  expect(isMachineOn({ state: 'crashed', run: { pid: 1 } })).toBe(true)
  expect(isMachineOn({ state: 'crashed', run: null })).toBe(false)
  expect(isMachineOn({ state: 'stopped', run: null })).toBe(false)
  // Its host does not answer: nobody could stop it.
  expect(isMachineOn({ state: 'unknown', run: { pid: 1 } })).toBe(false)
})

test('waits for an `up` of the same Berth', async () => {
  const paths = dataPaths(`/tmp/berth-down-test-${process.pid}`)
  const order: string[] = []
  const gate = Promise.withResolvers<undefined>()
  const up = withLock(paths.dataDir, async () => {
    await gate.promise
    order.push('up')
  })
  const ours = down(paths, false).then(() => order.push('down'))
  // Of another Berth, and so not held up: by its end this one's `down` has had its turn, or waits.
  await down(dataPaths(`${paths.dataDir}-other`), false)
  gate.resolve(undefined)
  await Promise.all([up, ours])
  expect(order).toEqual(['up', 'down'])
})
