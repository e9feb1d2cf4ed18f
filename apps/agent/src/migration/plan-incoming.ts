/** Whether this host can make the QEMU that a passport asks for, and what is written down before it does. */
import type { AgentCommandOf } from '@berth/core/agent-contract/agent-commands'
import { AppError, toAppError } from '@berth/core/errors/app-error'
import { specAfterMove } from '@berth/core/migration/move-disks'
import type { Storage } from '../storage/storage.ts'
import { checkFreight } from './disks/incoming-volumes.ts'
import type { IncomingRecord } from './move-records.ts'
import { ownAddressIn } from './own-address.ts'
import { allowWaitingForPages } from './page-waiting.ts'

export interface TargetHost {
  readonly storage: Storage
  readonly acceleration: 'kvm' | 'tcg'
}

type Prepare = AgentCommandOf<'move.prepare'>

/** Throws MOVE_REFUSED_BY_TARGET with the reason. What QEMU itself does not like, it says when it starts. */
export async function planIncoming(
  command: Prepare,
  { host, uid }: { host: TargetHost; uid: number },
): Promise<IncomingRecord> {
  const { vmId, vmEpoch, moveId, sourceHostId, passport, tokenHash, isRehearsal = false } = command
  const { acceleration } = passport
  if (acceleration !== host.acceleration && passport.isOff !== true)
    throw refusal(`The machine runs by ${acceleration}, this host runs machines by ${host.acceleration}.`)
  if (command.mayComeEarly === true) await allowComingEarly(command)
  const { disks = [] } = command
  await checkFreight(host.storage, { vmId, disks }, passport.spec)
  await requireDisks(host.storage, command)
  // From here on it is spoken of as it will be here.
  const spec = specAfterMove(passport.spec, disks)
  const nextSpec = specAfterMove(passport.nextSpec, disks)
  return {
    ...{ version: 1, vmId, moveId, epoch: vmEpoch + 1, sourceHostId, tokenHash, isRehearsal, uid },
    ...{ passport: { ...passport, spec, nextSpec }, run: null, memory: null, disks, door: null },
    address: command.network === undefined ? null : ownAddressIn(command.network),
  }
}

async function allowComingEarly({ disks = [] }: Prepare): Promise<void> {
  if (disks.length > 0) throw refusal('A machine whose disks travel cannot come before its memory.')
  await allowWaitingForPages()
}

/** Those that stay where they are. */
async function requireDisks(storage: Storage, { vmId, passport, disks: freight = [] }: Prepare): Promise<void> {
  const travelling = new Set(freight.map(({ volumeId }) => volumeId))
  const disks = passport.spec.disks.filter(({ volumeId }) => !travelling.has(volumeId))
  try {
    await storage.requirePoolsOf({ disks })
  } catch (error) {
    throw refusal(toAppError(error).message, error)
  }
  for (const disk of disks) {
    if ((await storage.volumes.observe(vmId, disk)) !== undefined) continue
    throw refusal(`This host's pool "${disk.pool}" does not have the machine's disk: the source's is another one.`)
  }
}

const refusal = (message: string, cause?: unknown): AppError =>
  new AppError('MOVE_REFUSED_BY_TARGET', message, { cause })
