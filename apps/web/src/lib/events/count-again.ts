/**
 * Counts of machines cannot be patched: an event says what a machine is, not what it was. So they are read again when one
 * changed, at once and then every two seconds at most, however many change. Only what is on screen is read.
 */
import type { QueryClient } from '@tanstack/react-query'
import type { PatchTarget } from './patch-cache.ts'

const pauseMs = 2_000

interface Pace {
  nextAtMs: number
  isWaiting: boolean
}
const paces = new WeakMap<QueryClient, Pace>()

export function countAgain({ queryClient, trpc }: PatchTarget): void {
  const pace = paces.get(queryClient) ?? { nextAtMs: 0, isWaiting: false }
  paces.set(queryClient, pace)
  if (pace.isWaiting) return
  const read = () => {
    pace.isWaiting = false
    pace.nextAtMs = Date.now() + pauseMs
    void queryClient.invalidateQueries({ queryKey: trpc.vm.counts.queryKey() })
  }
  const waitMs = pace.nextAtMs - Date.now()
  if (waitMs <= 0) return read()
  pace.isWaiting = true
  setTimeout(read, waitMs)
}
