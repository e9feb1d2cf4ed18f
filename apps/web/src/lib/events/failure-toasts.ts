/** Tells of the viewer's own tasks that failed or were interrupted, unless their object is on screen and says so itself. */
import { toast } from '@berth/ui/toast'
import type { OperationView } from '@berth/core/operation/operation'
import { lateErrorText } from '../late-error-text.ts'

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
    const show = (description?: string) =>
      toast.failure(status === 'failed' ? `${title} failed` : `${title} was interrupted, outcome unknown`, {
        id: operationId,
        description,
        action: { label: 'Open task', onClick: () => openTask(operationId) },
      })
    if (error === null) return show()
    lateErrorText.load().then(
      ({ errorLine }) => show(errorLine(error)),
      () => show(error.message),
    )
  }
}
