import { expect, it } from 'vitest'
import { parseTags, tagProblem } from './tag-text.ts'

it('takes tags apart at commas, once each', () => {
  expect(parseTags(' prod, web ,,prod')).toEqual(['prod', 'web'])
})

it('names the tag that cannot be one', () => {
  expect(tagProblem(['prod', 'rack: 3/b'])).toBeNull()
  expect(tagProblem(['prod', '<b>'])).toMatch(/^"<b>" cannot be a tag/)
  expect(tagProblem(Array.from({ length: 21 }, (_, at) => `t${at}`))).toBe('At most 20 tags.')
})
