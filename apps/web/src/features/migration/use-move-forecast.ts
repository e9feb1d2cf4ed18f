'use client'
import { forecastAdvice, type ForecastAdvice } from '@berth/core/migration/forecast-advice'
import { forecastMove, type MoveWish } from '@berth/core/migration/forecast-move'
import type { MoveForecast } from '@berth/core/migration/move-forecast'
import { skipToken, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { errorLine } from '../../lib/error-text.ts'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'

export type ForecastState =
  | { readonly kind: 'measuring' }
  | { readonly kind: 'known'; readonly forecast: MoveForecast; readonly advice: readonly ForecastAdvice[] }
  | { readonly kind: 'cannot'; readonly reason: string; readonly again: () => void }
  /** Nothing is to be measured: it cannot move now. */
  | { readonly kind: 'none' }

export interface ForecastQuestion extends MoveWish {
  readonly vmId: string
  readonly targetHostId: string
  /** Whether it could move at all. */
  readonly isWanted: boolean
}

/** As long as the panel keeps it; after that the machine is looked at again. */
const staleMs = 45_000

/** Measured once for a machine and a host; another policy or cap is only played through anew. */
export function useMoveForecast(question: ForecastQuestion): ForecastState {
  const { vmId, targetHostId, isWanted, policy, capBytesPerSecond, diskBytes = 0 } = question
  const trpc = useTRPC()
  const { data, error, isFetching, refetch } = useQuery(
    trpc.vm.forecast.queryOptions(isWanted ? { vmId, targetHostId } : skipToken, {
      staleTime: staleMs,
      retry: false,
      // Choosing another host, or closing the dialog, ends what is being measured; and it takes seconds.
      trpc: { abortOnUnmount: true, context: { isAlone: true } },
    }),
  )
  const known = useMemo(() => {
    if (data === undefined) return null
    const wish = { policy, capBytesPerSecond, diskBytes }
    return { forecast: forecastMove(data, wish), advice: forecastAdvice(data, wish) }
  }, [data, policy, capBytesPerSecond, diskBytes])
  if (!isWanted) return { kind: 'none' }
  if (known !== null) return { kind: 'known', ...known }
  if (error === null || isFetching) return { kind: 'measuring' }
  return { kind: 'cannot', reason: errorLine(error), again: () => void refetch() }
}
