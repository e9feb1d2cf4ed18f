/**
 * What cannot be patched: an event says what a thing is, not what it was, so that counts of machines, the list of users
 * with theirs, and the hosts a machine could move to are read again when one changed; at once and then every two seconds at most, however many change. Only what
 * is on screen is read.
 */
import type { QueryClient, QueryKey } from '@tanstack/react-query'
import type { PatchTarget } from './patch-cache.ts'

const pauseMs = 2_000

interface Pace {
  nextAtMs: number
  isWaiting: boolean
}
const paces = new WeakMap<QueryClient, Map<string, Pace>>()

export const countAgain = ({ queryClient, trpc }: PatchTarget): void =>
  readAgain(queryClient, trpc.vm.counts.queryKey())

export const readAccountsAgain = ({ queryClient, trpc }: PatchTarget): void =>
  readAgain(queryClient, trpc.user.list.infiniteQueryKey())

/** Which hosts a machine could move to: open in a dialog while a host goes away or comes back. */
export const readTargetsAgain = ({ queryClient, trpc }: PatchTarget): void =>
  readAgain(queryClient, trpc.vm.moveTargets.queryKey())

/** How a host is being emptied, and what would become of one that is not. */
export const readDrainsAgain = ({ queryClient, trpc }: PatchTarget): void => {
  readAgain(queryClient, trpc.maintenance.get.queryKey())
  readAgain(queryClient, trpc.maintenance.plan.queryKey())
}

/** Pools are put together of what their hosts say. */
export const readPoolsAgain = ({ queryClient, trpc }: PatchTarget): void => {
  readAgain(queryClient, trpc.pool.list.infiniteQueryKey())
  readAgain(queryClient, trpc.pool.list.queryKey())
}

function readAgain(queryClient: QueryClient, queryKey: QueryKey): void {
  const pace = paceOf(queryClient, JSON.stringify(queryKey))
  if (pace.isWaiting) return
  const read = () => {
    pace.isWaiting = false
    pace.nextAtMs = Date.now() + pauseMs
    void queryClient.invalidateQueries({ queryKey })
  }
  const waitMs = pace.nextAtMs - Date.now()
  if (waitMs <= 0) return read()
  pace.isWaiting = true
  setTimeout(read, waitMs)
}

function paceOf(queryClient: QueryClient, key: string): Pace {
  const known = paces.get(queryClient) ?? new Map<string, Pace>()
  paces.set(queryClient, known)
  const pace = known.get(key) ?? { nextAtMs: 0, isWaiting: false }
  known.set(key, pace)
  return pace
}
