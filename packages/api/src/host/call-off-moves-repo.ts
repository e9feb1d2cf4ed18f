/** Machines that are on their way to a host that was turned out. */
import { hasErrorCode } from '@berth/core/errors/app-error'
import type { Panel } from '../trpc/panel.ts'

/**
 * Cancels every move and rehearsal into the host that can be: its own certificate is refused from now on, but it was the machine's
 * source that opened the line between them. A move past its switch-over is where it is.
 */
export async function callOffMovesInto(
  { db, operations }: Pick<Panel, 'db' | 'operations'>,
  hostId: string,
): Promise<void> {
  const open = await db.operation.findMany({
    where: {
      kind: { in: ['vm.migrate', 'vm.rehearse'] },
      status: { in: ['queued', 'running', 'cancelling'] },
      args: { path: ['targetHostId'], equals: hostId },
    },
    select: { id: true },
  })
  await Promise.all(
    open.map(({ id }) =>
      operations.cancel(id, null).catch((error: unknown) => {
        if (!hasErrorCode(error, 'OPERATION_NOT_CANCELLABLE', 'OPERATION_NOT_FOUND')) throw error
      }),
    ),
  )
}
