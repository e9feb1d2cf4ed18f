'use client'
import type { PoolTest } from '@berth/core/storage/pool'
import type { PoolSource } from '@berth/core/storage/pool-source'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'

export interface DirectoryWish {
  /** Null while what is typed is none. */
  readonly place: { readonly path: string } | { readonly source: PoolSource } | null
  readonly hostIds: readonly string[]
  /** The pool that should lie there already; null where a new one begins. */
  readonly poolId: string | null
}

type Worst = 'can' | 'warning' | 'cannot'

/** Asks the chosen hosts what they find there. What they said holds for that place and those hosts only. */
export function useDirectoryTest(wish: DirectoryWish) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const [answered, setAnswered] = useState<{ of: string; items: readonly PoolTest[] } | null>(null)
  const key = JSON.stringify(wish)
  // Its failure is the one of `ask`, which waits for it.
  const mount = useMutation(trpc.pool.testMount.mutationOptions({ meta: { showsError: true } }))
  const ask = useMutation({
    meta: { showsError: true },
    mutationFn: async () => {
      const { place, poolId } = wish
      if (place === null) return null
      const hosts = { hostIds: [...wish.hostIds], poolId }
      const { items } =
        'source' in place
          ? await mount.mutateAsync({ ...hosts, source: place.source })
          : await queryClient.fetchQuery({
              ...trpc.pool.test.queryOptions({ ...hosts, path: place.path }),
              staleTime: 0,
            })
      setAnswered({ of: key, items })
      return worstOf(items)
    },
  })
  const items = answered?.of === key ? answered.items : null
  return { items, worst: items === null ? null : worstOf(items), ask }
}

const worstOf = (items: readonly PoolTest[]): Worst =>
  (['cannot', 'warning'] as const).find((verdict) => items.some((item) => item.verdict === verdict)) ?? 'can'
