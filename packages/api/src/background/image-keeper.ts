/**
 * Forgets copies of images by age: one that no machine of its host has used for some days, and that another host has too. By an
 * operation each, so that it is seen who took it away and why; the workflow asks again whether it is used.
 */
import { z } from 'zod'
import type { Logger } from 'pino'
import { hostIdSchema, imageIdSchema } from '@berth/core/ids/ids'
import type { PrismaClient } from '@berth/prisma/client'
import { findForgettableCopies, noteUsedCopies } from '../image/image-copy-repo.ts'
import { systemActor } from '../operation/operation-actor.ts'
import type { OperationService } from '../operation/operation-service.ts'
import { readSetting } from '../setting/setting-repo.ts'
import { startTimer } from './background-timer.ts'

const sweepMs = 3_600_000
const unusedDaysKey = 'image.unusedDays'
const defaultUnusedDays = 14
const unusedDaysSchema = z.number().min(1)

export interface ImageKeeperOptions {
  readonly db: PrismaClient
  readonly operations: OperationService
  readonly log: Logger
}

export function startImageKeeper(options: ImageKeeperOptions): Disposable {
  return startTimer({ name: 'images', everyMs: sweepMs, log: options.log }, () => keepImagesOnce(options))
}

const actor = systemActor('image-keeper')

/** One sweep. Exported for tests, which do not wait for a timer. */
export async function keepImagesOnce({ db, operations, log }: ImageKeeperOptions): Promise<void> {
  await noteUsedCopies(db)
  const unusedDays = (await readSetting(db, unusedDaysKey, unusedDaysSchema)) ?? defaultUnusedDays
  for (const { imageId, hostId, hostName, pool, name } of await findForgettableCopies(db, unusedDays)) {
    const args = { imageId: imageIdSchema.parse(imageId), hostId: hostIdSchema.parse(hostId), pool }
    const target = { imageId, hostId, name: `${name} on ${hostName}` }
    const { operationId } = await operations.startAs({ kind: 'image.forget', args, target, actor, request: args })
    log.info({ operationId, imageId, hostId, pool, unusedDays }, 'an unused copy of an image is forgotten')
  }
}
