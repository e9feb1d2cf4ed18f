import { expect, it } from 'vitest'
import { parseTaskFilter, taskFilterQuery, taskListInput, taskShows } from './task-filter.ts'

it('survives the address, and reads nonsense as no filter', () => {
  for (const show of taskShows) {
    for (const isMine of [true, false]) {
      const query = Object.entries(taskFilterQuery({ show, isMine })).filter(([, value]) => value !== undefined)
      const search = new URLSearchParams(query.map(([name, value]) => [name, String(value)]))
      expect(parseTaskFilter(search)).toEqual({ show, isMine })
    }
  }
  expect(parseTaskFilter(new URLSearchParams('show=x&who=y'))).toEqual({ show: 'all', isMine: false })
})

it('counts what waits as running, and what was interrupted among the failed', () => {
  expect(taskListInput({ show: 'running', isMine: false }, 'u').filter).toEqual({
    status: ['queued', 'running', 'cancelling'],
  })
  expect(taskListInput({ show: 'failed', isMine: true }, 'u').filter).toEqual({
    status: ['failed', 'interrupted'],
    actorUserId: 'u',
  })
})
