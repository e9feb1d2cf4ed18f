/**
 * The slow sweep over desired and observed: what an operation left half done is proposed again as an operation, by the
 * same path as a user's. It never deletes what it does not know, and gives up on a machine after three tries an hour.
 */
import type { Logger } from 'pino'
import { AppError } from '@berth/core/errors/app-error'
import type { PrismaClient } from '@berth/prisma/client'
import { systemActor } from '../operation/operation-actor.ts'
import type { OperationService } from '../operation/operation-service.ts'
import { findHalfDeleted } from './reconciler-repo.ts'
import { startTimer } from './background-timer.ts'

const sweepMs = 30_000
const maxTriesPerHour = 3

export function startReconciler(db: PrismaClient, operations: OperationService, log: Logger): Disposable {
  return startTimer({ name: 'reconciler', everyMs: sweepMs, log }, () => reconcileOnce(db, operations, log))
}

/** One sweep. Exported for tests, which do not wait for a timer. */
export async function reconcileOnce(db: PrismaClient, operations: OperationService, log: Logger): Promise<void> {
  for (const vm of await findHalfDeleted(db, maxTriesPerHour)) {
    const target = { vmId: vm.id, hostId: vm.hostId, name: vm.name }
    const actor = systemActor('reconciler')
    try {
      const args = { vmId: vm.id }
      const { operationId } = await operations.startAs({ kind: 'vm.delete', args, target, actor, request: args })
      log.info({ operationId, vmId: vm.id }, 'deletion taken up again')
    } catch (error) {
      // Somebody was faster: that is what the guard of one operation per machine is for.
      if (!(error instanceof AppError && error.code === 'VM_BUSY')) throw error
    }
  }
}
