'use client'
import type { PoolTest } from '@berth/core/storage/pool'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'

export interface DirectoryWish {
  readonly path: string
  readonly hostIds: readonly string[]
  /** The pool that should lie there already; null where a new one begins. */
  readonly poolId: string | null
}

type Worst = 'can' | 'warning' | 'cannot'

/** Asks the chosen hosts what they find at the path. What they said holds for that path and those hosts only. */
export function useDirectoryTest(wish: DirectoryWish) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const [answered, setAnswered] = useState<{ of: string; items: readonly PoolTest[] } | null>(null)
  const key = JSON.stringify(wish)
  const ask = useMutation({
    meta: { showsError: true },
    mutationFn: async () => {
      const { path, hostIds, poolId } = wish
      const input = { path, hostIds: [...hostIds], poolId }
      const { items } = await queryClient.fetchQuery({ ...trpc.pool.test.queryOptions(input), staleTime: 0 })
      setAnswered({ of: key, items })
      return worstOf(items)
    },
  })
  const items = answered?.of === key ? answered.items : null
  return { items, worst: items === null ? null : worstOf(items), ask }
}

const worstOf = (items: readonly PoolTest[]): Worst =>
  (['cannot', 'warning'] as const).find((verdict) => items.some((item) => item.verdict === verdict)) ?? 'can'
