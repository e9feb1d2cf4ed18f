/**
 * The query cache: the only place of server state. Events patch it (lib/events), so nothing is polled, nothing grows stale
 * by age, and coming back to the window reads nothing.
 */
import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'
import { hasCode, isRetryable } from '../wire-error.ts'

export interface ErrorFunnel {
  /** The session has ended: nothing else can be done here. */
  onSignedOut: () => void
  /** A mutation failed and its caller does not show it inline (`meta: { showsError: true }`). */
  onMutationFailed: (error: unknown) => void
}

export function makeQueryClient(funnel?: ErrorFunnel): QueryClient {
  const signedOut = (error: unknown) => {
    if (!hasCode(error, 'SESSION_REQUIRED')) return false
    funnel?.onSignedOut()
    return true
  }
  return new QueryClient({
    queryCache: new QueryCache({ onError: (error) => void signedOut(error) }),
    mutationCache: new MutationCache({
      onSettled: (...[, error, , , mutation]) => {
        if (error === null || signedOut(error)) return
        if (mutation.meta?.['showsError'] !== true) funnel?.onMutationFailed(error)
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: Infinity,
        gcTime: 10 * 60_000,
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
        retry: (failures, error) => failures < 2 && isRetryable(error),
      },
      // Without a network they fail at once. Waiting for one, as they would, a button says nothing, and does minutes later
      // what nobody wants any more.
      mutations: { retry: false, networkMode: 'always' },
    },
  })
}
