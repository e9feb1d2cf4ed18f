'use client'
import type { MovePolicy } from '@berth/core/migration/move-policy'
import type { MoveTransport } from '@berth/core/migration/move-transport'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { newIdempotencyKey } from '../../lib/idempotency-key.ts'
import { useTRPCClient } from '../../lib/trpc/trpc-context.ts'

export interface RehearsalWish {
  readonly vmId: string
  readonly targetHostId: string
  readonly policy: MovePolicy
  readonly transport: MoveTransport
}

/** Starts a rehearsal of what is chosen now, and remembers which one is shown: of another host it is none. */
export function useRehearsal(wish: RehearsalWish) {
  const client = useTRPCClient()
  const [shown, setShown] = useState<{ operationId: string; targetHostId: string } | null>(null)
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => client.vm.rehearse.mutate({ ...wish, idempotencyKey: newIdempotencyKey() }),
    meta: { showsError: true },
    onSuccess: ({ operationId }) => setShown({ operationId, targetHostId: wish.targetHostId }),
  })
  const operationId = shown?.targetHostId === wish.targetHostId ? shown.operationId : null
  return { begin: () => mutate(), isPending, error, operationId }
}
