'use client'
import type { OperationView } from '@berth/core/operation/operation'
import type { VmView } from '@berth/core/vm/vm-view'
import { skipToken, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'

export interface FollowedTask {
  task: OperationView
  putAway: () => void
}

/**
 * The task that changes the machine, or the last one that did while this page was open. One that failed stays until it is
 * put away; one that succeeded goes, since the page shows its effect. A move stays as well: its report is worth reading.
 */
export function useFollowedTask(vm: VmView): FollowedTask | null {
  const trpc = useTRPC()
  const currentId = vm.operation?.operationId ?? null
  const [followedId, setFollowedId] = useState(currentId)
  const [closedId, setClosedId] = useState<string | null>(null)
  if (currentId !== null && currentId !== followedId) setFollowedId(currentId)
  const { data: task } = useQuery(
    trpc.operation.get.queryOptions(followedId === null ? skipToken : { operationId: followedId }),
  )
  if (task === undefined || followedId === closedId) return null
  if (task.status === 'succeeded' && task.kind !== 'vm.migrate') return null
  return { task, putAway: () => setClosedId(followedId) }
}
