/** Puts, moves and takes rows in the pages of a list that is read by cursor. Pages that do not change keep their identity. */
import type { ListRules } from './list-rules.ts'

export interface ListPage<T> {
  items: T[]
  nextCursor: string | null
}

type Pages<T> = readonly ListPage<T>[]

/**
 * The pages with `item` where it belongs, or without it where it does not. A place after the last row that was read is
 * left to the page that comes with it.
 */
export function putRow<T>(pages: Pages<T>, item: T, rules: ListRules<T>): Pages<T> {
  const at = findRow(pages, rules.idOf(item), rules)
  if (!at) return rules.belongs(item) ? insertRow(pages, item, rules) : pages
  if (!rules.belongs(item)) return takeRow(pages, rules.idOf(item), rules)
  if (rules.compare(at.row, item) === 0) {
    return replacePage(pages, at.page, (items) => items.map((row, index) => (index === at.index ? item : row)))
  }
  return insertRow(takeRow(pages, rules.idOf(item), rules), item, rules)
}

export function takeRow<T>(pages: Pages<T>, id: string, rules: Pick<ListRules<T>, 'idOf'>): Pages<T> {
  const at = findRow(pages, id, rules)
  return at ? replacePage(pages, at.page, (items) => items.filter((_row, index) => index !== at.index)) : pages
}

/** Each row through `change`, which answers the same row where nothing changed. */
export function mapRows<T>(pages: Pages<T>, change: (row: T) => T): Pages<T> {
  const next = pages.map((page) => {
    const items = page.items.map(change)
    return items.every((row, index) => row === page.items[index]) ? page : { ...page, items }
  })
  return next.every((page, index) => page === pages[index]) ? pages : next
}

function findRow<T>(pages: Pages<T>, id: string, rules: Pick<ListRules<T>, 'idOf'>) {
  for (const [page, { items }] of pages.entries()) {
    const index = items.findIndex((row) => rules.idOf(row) === id)
    const row = items[index]
    if (row !== undefined) return { page, index, row }
  }
  return undefined
}

function insertRow<T>(pages: Pages<T>, item: T, rules: ListRules<T>): Pages<T> {
  for (const [page, { items }] of pages.entries()) {
    const before = items.findIndex((row) => rules.compare(item, row) < 0)
    if (before >= 0) return replacePage(pages, page, (rows) => rows.toSpliced(before, 0, item))
  }
  const last = pages.at(-1)
  if (!last || last.nextCursor !== null) return pages
  return replacePage(pages, pages.length - 1, (rows) => [...rows, item])
}

function replacePage<T>(pages: Pages<T>, at: number, change: (items: T[]) => T[]): Pages<T> {
  return pages.map((page, index) => (index === at ? { ...page, items: change(page.items) } : page))
}
