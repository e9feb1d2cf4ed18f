/** Keeps rows where they are while somebody points at them. Pure. */
export interface HeldRows<T> {
  shown: readonly T[]
  /** How many rows came, went or moved meanwhile. */
  waiting: number
}

/**
 * `held`: the rows when the pointer came; `rows`: as they are now. Held rows keep their places but show what is true now;
 * those that are gone stay as they were last. What follows the last held row (the next page) is shown at once.
 */
export function holdRows<T>(held: readonly T[], rows: readonly T[], idOf: (row: T) => string): HeldRows<T> {
  const heldIds = new Set(held.map(idOf))
  const last = rows.findLastIndex((row) => heldIds.has(idOf(row)))
  if (last < 0) return { shown: rows, waiting: 0 }
  const current = new Map(rows.map((row) => [idOf(row), row]))
  const known = rows.slice(0, last + 1)
  const stillHeld = held.filter((row) => current.has(idOf(row)))
  const arrived = known.filter((row) => !heldIds.has(idOf(row))).length
  const gone = held.length - stillHeld.length
  const order = known.filter((row) => heldIds.has(idOf(row))).map(idOf)
  const moved = stillHeld.some((row, index) => idOf(row) !== order[index]) ? 1 : 0
  return {
    shown: [...held.map((row) => current.get(idOf(row)) ?? row), ...rows.slice(last + 1)],
    waiting: arrived + gone + moved,
  }
}
