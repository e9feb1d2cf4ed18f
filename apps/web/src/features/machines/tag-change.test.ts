import { expect, it } from 'vitest'
import { type Tagged, tagAnswer, tagsInUse } from './tag-change.ts'

const vm = (tags: string[], state: Tagged['state'] = 'running'): Tagged => ({ tags, state })

it('adds what is missing, takes away what is there, and keeps the rest in its order', () => {
  const answer = tagAnswer(vm(['web', 'old', 'eu']), { add: ['prod', 'web'], remove: ['old', 'us'] })
  expect(answer).toEqual({ isAllowed: true, tags: ['web', 'eu', 'prod'] })
  expect(tagAnswer(vm(['a']), { add: ['a'], remove: ['a'] })).toMatchObject({ reason: 'Nothing changes' })
})

it('says of each machine why it cannot', () => {
  const many = Array.from({ length: 20 }, (_, at) => `t${at}`)
  expect(tagAnswer(vm(many), { add: ['one more'], remove: [] })).toEqual({
    isAllowed: false,
    reason: 'It would have 21 tags; 20 at most',
  })
  expect(tagAnswer(vm(many), { add: ['one more'], remove: ['t3'] }).isAllowed).toBe(true)
  expect(tagAnswer(vm([], 'deleting'), { add: ['a'], remove: [] })).toMatchObject({ reason: 'It is being deleted' })
  expect(tagAnswer(vm(['a']), { add: ['a'], remove: ['b'] })).toMatchObject({ reason: 'Nothing changes' })
})

it('counts who has which', () => {
  expect(tagsInUse([vm(['b', 'a']), vm(['b']), vm([])])).toEqual([
    { tag: 'a', count: 1 },
    { tag: 'b', count: 2 },
  ])
})
