'use client'
import { type PointerEvent, useState } from 'react'
import { holdRows } from './held-rows.ts'

/** Rows for a list that must not jump under the mouse; spread `holders` on what holds the rows. `key`: the list's question. */
export function useHeldRows<T>(rows: readonly T[], key: string, idOf: (row: T) => string) {
  const [held, setHeld] = useState<{ key: string; rows: readonly T[] } | null>(null)
  const { shown, waiting } = held?.key === key ? holdRows(held.rows, rows, idOf) : { shown: rows, waiting: 0 }
  const hold = (event: PointerEvent) => {
    if (event.pointerType === 'mouse') setHeld({ key, rows })
  }
  return {
    shown,
    waiting,
    release: () => setHeld({ key, rows }),
    holders: { onPointerEnter: hold, onPointerLeave: () => setHeld(null) },
  }
}
