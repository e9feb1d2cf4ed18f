/** Tells of the viewer's own tasks that failed or were interrupted, unless their object is on screen and says so itself. */
import { toast } from '@berth/ui/toast'
import type { OperationView } from '@berth/core/operation/operation'
import { errorLine } from '../error-text.ts'

export interface FailureTellerOptions {
  viewerId: string
  isOnScreen: (id: string) => boolean
  openTask: (operationId: string) => void
}

export function makeFailureTeller({ viewerId, isOnScreen, openTask }: FailureTellerOptions) {
  const told = new Set<string>()
  return (operation: OperationView) => {
    const { operationId, status, actor, target, title, error } = operation
    if (status !== 'failed' && status !== 'interrupted') return
    if (actor.userId !== viewerId || told.has(operationId)) return
    told.add(operationId)
    if ([operationId, target.vmId, target.imageId].some((id) => id !== null && isOnScreen(id))) return
    toast.failure(status === 'failed' ? `${title} failed` : `${title} was interrupted, outcome unknown`, {
      id: operationId,
      ...(error === null ? {} : { description: errorLine(error) }),
      action: { label: 'Open task', onClick: () => openTask(operationId) },
    })
  }
}
