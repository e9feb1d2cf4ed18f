'use client'
import { type DehydratedState, HydrationBoundary } from '@tanstack/react-query'
import type { ReactNode } from 'react'

/**
 * What came with a page, dated by this browser's clock at its first sight. The router keeps pages and shows them again on
 * "back", when what lies in them is long outdated; and the panel's clock, by which it comes dated, may be any.
 */
export function DatedHydration({ state, children }: { state: DehydratedState; children: ReactNode }) {
  return <HydrationBoundary state={dated(state)}>{children}</HydrationBoundary>
}

const seen = new WeakMap<DehydratedState, DehydratedState>()

function dated(state: DehydratedState): DehydratedState {
  const known = seen.get(state)
  if (known) return known
  const dataUpdatedAt = Date.now()
  const queries = state.queries.map((query) =>
    query.state.data === undefined ? query : { ...query, state: { ...query.state, dataUpdatedAt } },
  )
  const next = { ...state, queries }
  seen.set(state, next)
  return next
}
