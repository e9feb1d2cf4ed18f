import { expect, it } from 'vitest'
import { leashWord, LeashWords } from './leash-words.ts'

const [one, two] = ['0d9c8a52-7d35-4a53-93b3-0b1a7d9a4c11', '5a1e6c1b-3f2d-4d5e-8a9b-1c2d3e4f5a6b']

it('puts words together that come in pieces', () => {
  const words = new LeashWords()
  const text = leashWord('tie', one) + leashWord('end', two)
  expect(words.take(text.slice(0, 50))).toEqual([['tie', one]])
  expect(words.take(text.slice(50))).toEqual([['end', two]])
})

it.each(['go \n', 'tie me\n', `${leashWord('tied', one).trimEnd()} more\n`, 'x'.repeat(101)])('refuses %j', (text) => {
  expect(new LeashWords().take(text)).toBeUndefined()
})
