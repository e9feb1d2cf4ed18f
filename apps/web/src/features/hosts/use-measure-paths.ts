import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { errorLine } from '../../lib/error-text.ts'
import { useTRPC, useTRPCClient } from '../../lib/trpc/trpc-context.ts'

export interface MeasuringPaths {
  /** The host to which is being measured; null: none. */
  readonly now: string | null
  /** Why it was not measured, by host. */
  readonly problems: ReadonlyMap<string, string>
  /** One after the other: two at once would share what they measure. */
  readonly begin: (targetHostIds: readonly string[]) => void
}

/** Measures the ways from a host to others, until the last or until the page is left. */
export function useMeasurePaths(hostId: string): MeasuringPaths {
  const trpc = useTRPC()
  const client = useTRPCClient()
  const queryClient = useQueryClient()
  const [now, setNow] = useState<string | null>(null)
  const [problems, setProblems] = useState<ReadonlyMap<string, string>>(new Map())
  const leaving = useRef<AbortController>(undefined)
  useEffect(() => () => leaving.current?.abort(), [hostId])

  const measure = async (targetHostIds: readonly string[], signal: AbortSignal): Promise<void> => {
    for (const targetHostId of targetHostIds) {
      setNow(targetHostId)
      try {
        await client.host.measurePath.query({ hostId, targetHostId }, { signal })
        await queryClient.invalidateQueries(trpc.host.paths.queryFilter({ hostId }))
      } catch (error) {
        if (signal.aborted) return
        setProblems((before) => new Map(before).set(targetHostId, errorLine(error)))
      }
    }
    setNow(null)
  }
  return {
    now,
    problems,
    begin: (targetHostIds) => {
      leaving.current?.abort()
      leaving.current = new AbortController()
      setProblems(new Map())
      void measure(targetHostIds, leaving.current.signal)
    },
  }
}
