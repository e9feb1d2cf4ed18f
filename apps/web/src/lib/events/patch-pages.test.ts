import { describe, expect, it } from 'vitest'
import type { ListRules } from './list-rules.ts'
import { type ListPage, mapRows, putRow, takeRow } from './patch-pages.ts'

interface Row {
  id: string
  sort: number
  isOut?: boolean
}

const rules: ListRules<Row> = {
  idOf: (row) => row.id,
  belongs: (row) => row.isOut !== true,
  compare: (a, b) => a.sort - b.sort,
}
const row = (sort: number, id = `r${sort}`): Row => ({ id, sort })
const page = (rows: readonly number[], nextCursor: string | null = null): ListPage<Row> => ({
  items: rows.map((sort) => row(sort)),
  nextCursor,
})
const orderOf = (pages: readonly ListPage<Row>[]) => pages.map(({ items }) => items.map(({ id }) => id).join())

describe('putRow', () => {
  it('replaces in place, and leaves the other pages as they are', () => {
    const pages = [page([1, 2], 'c'), page([3])]
    const next = putRow(pages, row(2), rules)
    expect(orderOf(next)).toEqual(['r1,r2', 'r3'])
    expect(next[1]).toBe(pages[1])
  })

  it('puts a new row where it belongs, over the edge of pages', () => {
    expect(orderOf(putRow([page([1, 3], 'c'), page([5])], row(4), rules))).toEqual(['r1,r3', 'r4,r5'])
    expect(orderOf(putRow([page([1, 3])], row(9), rules))).toEqual(['r1,r3,r9'])
    expect(orderOf(putRow([page([])], row(9), rules))).toEqual(['r9'])
  })

  it('leaves a place that was not read yet to the page that holds it', () => {
    const pages = [page([1, 3], 'more')]
    expect(putRow(pages, row(9), rules)).toBe(pages)
  })

  it('moves a row whose order changed, and drops one that no longer belongs', () => {
    expect(orderOf(putRow([page([1, 2, 3])], row(8, 'r1'), rules))).toEqual(['r2,r3,r1'])
    expect(orderOf(putRow([page([1, 2, 3])], { ...row(2), isOut: true }, rules))).toEqual(['r1,r3'])
  })

  it('changes nothing for a row that is neither here nor belongs', () => {
    const pages = [page([1])]
    expect(putRow(pages, { ...row(2), isOut: true }, rules)).toBe(pages)
    expect(takeRow(pages, 'r7', rules)).toBe(pages)
  })
})

it('maps rows and keeps what did not change', () => {
  const pages = [page([1], 'c'), page([2])]
  expect(mapRows(pages, (same) => same)).toBe(pages)
  const next = mapRows(pages, (one) => (one.id === 'r2' ? { ...one, sort: 7 } : one))
  expect([next[0] === pages[0], next[1]?.items[0]?.sort]).toEqual([true, 7])
})
