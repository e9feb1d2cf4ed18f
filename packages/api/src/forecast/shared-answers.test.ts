import { expect, it } from 'vitest'
import { SharedAnswers } from './shared-answers.ts'

const never = new AbortController().signal

function countingWork() {
  const asked: AbortSignal[] = []
  const { promise, resolve } = Promise.withResolvers<number>()
  const work = (signal: AbortSignal): Promise<number> => {
    asked.push(signal)
    return promise
  }
  return { asked, work, resolve }
}

it('works once for all who ask, and keeps the answer for a while', async () => {
  const answers = new SharedAnswers<number>(60_000)
  const { asked, work, resolve } = countingWork()
  const both = [answers.get('a', work, never), answers.get('a', work, never)]
  resolve(7)
  expect(await Promise.all(both)).toEqual([7, 7])
  expect(await answers.get('a', work, never)).toBe(7)
  expect(asked).toHaveLength(1)
  expect(answers.known('a')).toBe(7)
  expect(answers.known('b')).toBeUndefined()
})

it('asks again when the answer is too old', async () => {
  const answers = new SharedAnswers<number>(0)
  await answers.get('a', () => Promise.resolve(1), never)
  expect(await answers.get('a', () => Promise.resolve(2), never)).toBe(2)
})

it('goes on while one waits, and ends when the last has left', async () => {
  const answers = new SharedAnswers<number>(60_000)
  const { asked, work } = countingWork()
  const [first, second] = [new AbortController(), new AbortController()]
  const waits = [answers.get('a', work, first.signal), answers.get('a', work, second.signal)]
  first.abort()
  await expect(waits[0]).rejects.toMatchObject({ code: 'OPERATION_CANCELLED' })
  expect(asked[0]?.aborted).toBe(false)
  second.abort()
  await expect(waits[1]).rejects.toMatchObject({ code: 'OPERATION_CANCELLED' })
  expect(asked[0]?.aborted).toBe(true)
})

it('keeps no failure', async () => {
  const answers = new SharedAnswers<number>(60_000)
  await expect(answers.get('a', () => Promise.reject(new Error('no')), never)).rejects.toThrow('no')
  expect(await answers.get('a', () => Promise.resolve(3), never)).toBe(3)
})
