import { describe, expect, it } from 'vitest'
import { holdRows } from './held-rows.ts'

const rows = (source: string) => [...source].map((id) => ({ id }))
const hold = (held: string, now: string) => {
  const { shown, waiting } = holdRows(rows(held), rows(now), (row) => row.id)
  return [shown.map((row) => row.id).join(''), waiting]
}

describe('holdRows', () => {
  it.each([
    ['abc', 'abc', 'abc', 0],
    ['abc', 'aXbc', 'abc', 1],
    ['abc', 'ac', 'abc', 1],
    ['abc', 'bac', 'abc', 1],
    ['abc', 'abcde', 'abcde', 0],
    ['abc', 'Xabcd', 'abcd', 1],
    ['abc', 'xyz', 'xyz', 0],
  ])('held %s, now %s: shows %s', (...[held, now, shown, waiting]) => {
    expect(hold(held, now)).toEqual([shown, waiting])
  })

  it('shows what is true now in the held places', () => {
    const fresh = { id: 'a', state: 'running' }
    const { shown } = holdRows([{ id: 'a', state: 'stopped' }], [fresh], (row) => row.id)
    expect(shown).toEqual([fresh])
  })
})
