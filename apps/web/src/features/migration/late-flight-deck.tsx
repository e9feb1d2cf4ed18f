'use client'
import { late, useLate } from '@berth/ui/late'
import { Skeleton } from '@berth/ui/skeleton'

// Tasks are on most pages, moves are few.
const deck = late(() => import('./flight-deck.tsx'))

/** The flight deck where it hangs in a list or on a page of tasks. */
export function LateFlightDeck({ operationId }: { operationId: string }) {
  const loaded = useLate(deck, 1)
  return loaded ? <loaded.FlightDeck operationId={operationId} /> : <Skeleton className="h-72 rounded-lg" />
}
