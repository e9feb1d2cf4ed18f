'use client'
import type { MoveView } from '@berth/core/migration/move-view'
import type { OperationView } from '@berth/core/operation/operation'
import type { VmView } from '@berth/core/vm/vm-view'
import { skipToken, useQuery } from '@tanstack/react-query'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'

export interface MoveQuery {
  task: OperationView | undefined
  move: MoveView | undefined
  /** When the newest figures came, by this browser's clock. */
  heardAtMs: number
  error: unknown
}

/** A move and its task: read once, then kept true by events. Of null nothing is read. */
export function useMove(operationId: string | null): MoveQuery {
  const trpc = useTRPC()
  const input = operationId === null ? skipToken : { operationId }
  const task = useQuery(trpc.operation.get.queryOptions(input))
  const move = useQuery(trpc.operation.move.queryOptions(input))
  return { task: task.data, move: move.data, heardAtMs: move.dataUpdatedAt, error: task.error ?? move.error }
}

/** The move that is under way with a machine, or null. */
export const moveIdOf = ({ operation }: Pick<VmView, 'operation'>): string | null =>
  operation?.kind === 'vm.migrate' ? operation.operationId : null

export interface MoveUnderWay {
  /** Null until it is known, or where the viewer may not know it. */
  targetName: string | null
  /** Its memory is on the way. */
  isSending: boolean
}

/** For whoever shows a machine while it moves. */
export function useMoveUnderWay(vm: VmView): MoveUnderWay | null {
  const trpc = useTRPC()
  const operationId = moveIdOf(vm)
  const { data } = useQuery(trpc.operation.move.queryOptions(operationId === null ? skipToken : { operationId }))
  if (operationId === null) return null
  return { targetName: data?.target.name ?? null, isSending: vm.state === 'migrating' }
}
