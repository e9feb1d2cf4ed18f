/** A machine that was given, and is not taken: the other host has said so, for ever. */
import { AppError } from '@berth/core/errors/app-error'
import type { Logger } from 'pino'
import type { VmActor } from '../vm/vm-actor.ts'
import type { GivenRecord } from '../vm/vm-record.ts'
import { isPastReturn, lostOnTheWay } from './early-serving.ts'
import { stayHere } from './stay-here.ts'

interface Refusal {
  readonly given: GivenRecord
  /** In the other host's words. */
  readonly reason: string
  readonly logger: Logger
}

/** It goes on here, under an epoch that was promised to nobody. Throws MOVE_REFUSED_BY_TARGET, or MOVE_MEMORY_LOST. */
export async function takeBack(actor: VmActor, { given, reason, logger }: Refusal): Promise<never> {
  const { publisher, vmId } = actor
  // The epoch between was promised to the other host, whatever became of that.
  const epoch = given.epoch + 1
  publisher.change({ epoch, given: null })
  // Lost in a crash it is asked again, and answered again: so it may run before that is repaired.
  await publisher.saved().catch((error: unknown) => logger.error({ err: error, vmId }, 'not on disk'))
  // One that went ahead of its memory cannot come back from there: QEMU refuses to run it again.
  const isLost = given.comesEarly && (await isPastReturn(actor))
  if (isLost) await actor.endGiven()
  await stayHere(actor, logger)
  if (!actor.hasProcess && actor.record.state === 'migrating') actor.lostItsProcess()
  if (isLost) throw lostOnTheWay(actor, { reason, epoch })
  logger.warn({ vmId, moveId: given.moveId, epoch, reason }, 'the other host refused a machine; it goes on here')
  throw new AppError('MOVE_REFUSED_BY_TARGET', `The other host refused: ${reason}`, { details: { reason, epoch } })
}
