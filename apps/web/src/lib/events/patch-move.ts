/** Figures of a move into the query that shows them. They come several times a second and are not kept by the panel. */
import type { MoveView } from '@berth/core/migration/move-view'
import { isOperationEnded } from '@berth/core/operation/operation-ended'
import type { OperationView } from '@berth/core/operation/operation'
import type { PatchTarget } from './patch-cache.ts'

/** Only where somebody looks at the move. */
export function patchMove({ queryClient, trpc }: PatchTarget, told: MoveView): void {
  const queryKey = trpc.operation.move.queryKey({ operationId: told.operationId })
  const known = queryClient.getQueryData<MoveView>(queryKey)
  if (known !== undefined) queryClient.setQueryData<MoveView>(queryKey, () => newerMove(known, told))
}

/** The last figures and the report of a move that has ended may have been told while nobody listened. */
export function readEndedMove({ queryClient, trpc }: PatchTarget, { operationId, kind, status }: OperationView): void {
  if (kind !== 'vm.migrate' || !isOperationEnded(status)) return
  void queryClient.invalidateQueries({ queryKey: trpc.operation.move.queryKey({ operationId }) })
}

/** A report is the last word; of figures the later ones, by the clock of the one host that takes them. */
export function newerMove(known: MoveView, told: MoveView): MoveView {
  if (told.report !== null) return told
  if (known.report !== null) return known
  return timeOf(told) < timeOf(known) ? known : told
}

const timeOf = ({ progress }: MoveView): number => (progress === null ? 0 : Date.parse(progress.at))
