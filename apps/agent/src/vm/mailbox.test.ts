import { expect, it } from 'vitest'
import { Mailbox } from './mailbox.ts'

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

it('hands over everything that happened before the next request, in order', async () => {
  const handled: string[] = []
  const box = new Mailbox(() => handled.push('error'))
  box.asked(() => {
    handled.push('request 1')
    box.happened(() => handled.push('event from within'))
  })
  box.asked(() => handled.push('request 2'))
  box.happened(() => handled.push('event 1'))
  box.happened(() => handled.push('event 2'))
  await settled()
  expect(handled).toEqual(['event 1', 'event 2', 'request 1', 'event from within', 'request 2'])
})

it('goes on after a letter that breaks', async () => {
  const handled: string[] = []
  const box = new Mailbox((error) => handled.push(String(error)))
  box.happened(() => {
    throw new Error('broken')
  })
  box.asked(() => handled.push('next'))
  await settled()
  expect(handled).toEqual(['Error: broken', 'next'])
})
