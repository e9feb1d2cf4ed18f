/**
 * The slow sweep over desired and observed: what an operation left half done is proposed again as an operation, by the
 * same path as a user's. It never deletes what it does not know, and gives up on a thing after three tries an hour. A
 * machine whose power is not as it should be is shown (core's power-drift.ts), and never started or stopped from here.
 */
import type { Logger } from 'pino'
import { AppError, hasErrorCode } from '@berth/core/errors/app-error'
import { imageIdSchema, vmIdSchema } from '@berth/core/ids/ids'
import type { PrismaClient } from '@berth/prisma/client'
import { systemActor } from '../operation/operation-actor.ts'
import type { OperationService } from '../operation/operation-service.ts'
import type { ImageRecords } from '../workflows/ports.ts'
import {
  findForsakenImports,
  findHalfDeletedImages,
  findHalfDoneVms,
  followGuestShutdowns,
  type HalfDone,
} from './reconciler-repo.ts'
import { startTimer } from './background-timer.ts'

const sweepMs = 30_000
const maxTriesPerHour = 3

export interface ReconcilerOptions {
  readonly db: PrismaClient
  readonly operations: OperationService
  readonly images: ImageRecords
  readonly log: Logger
}

export function startReconciler(options: ReconcilerOptions): Disposable {
  return startTimer({ name: 'reconciler', everyMs: sweepMs, log: options.log }, () => reconcileOnce(options))
}

/** One sweep. Exported for tests, which do not wait for a timer. */
export async function reconcileOnce(options: ReconcilerOptions): Promise<void> {
  const { db, images } = options
  for (const vm of await findHalfDoneVms(db, maxTriesPerHour)) await deleteVm(options, vm)
  for (const image of await findHalfDeletedImages(db, maxTriesPerHour)) await deleteImage(options, image)
  const ownWill = await followGuestShutdowns(db)
  if (ownWill.length > 0) options.log.info({ vmIds: ownWill }, 'wanted off, as their guests powered off')
  for (const imageId of await findForsakenImports(db)) {
    const reason = new AppError('OPERATION_INTERRUPTED', 'Its import was given up in the middle.')
    await images.setFailed(imageId, reason.toWire())
  }
}

const actor = systemActor('reconciler')

async function deleteVm({ operations, log }: ReconcilerOptions, { id, name, hostId }: HalfDone): Promise<void> {
  const args = { vmId: vmIdSchema.parse(id) }
  const target = { vmId: id, hostId: hostId ?? undefined, name }
  try {
    const { operationId } = await operations.startAs({ kind: 'vm.delete', args, target, actor, request: args })
    log.info({ operationId, vmId: id }, 'half done machine taken up again')
  } catch (error) {
    // Somebody was faster: that is what the guard of one operation per machine is for.
    if (!hasErrorCode(error, 'VM_BUSY')) throw error
  }
}

async function deleteImage({ operations, log }: ReconcilerOptions, { id, name }: HalfDone): Promise<void> {
  const args = { imageId: imageIdSchema.parse(id) }
  const target = { imageId: id, name }
  const { operationId } = await operations.startAs({ kind: 'image.delete', args, target, actor, request: args })
  log.info({ operationId, imageId: id }, 'half deleted image taken up again')
}
