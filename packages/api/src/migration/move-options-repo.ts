/** Whether what was chosen for a move goes together, and whether both hosts' agents can do it. */
import { AppError } from '@berth/core/errors/app-error'
import { policyMay, type MovePolicy } from '@berth/core/migration/move-policy'
import { usesStreams, type MoveTransport } from '@berth/core/migration/move-transport'
import type { DatabaseClient } from '@berth/prisma/client'

export interface MoveOptions {
  readonly policy: MovePolicy
  readonly transport: MoveTransport
  readonly hostIds: readonly string[]
  /** Disks go along. */
  readonly hasFreight?: boolean
}

/** Throws INPUT_INVALID, HOST_UNFIT with the name of the agent that is too old. */
export async function requireMoveOptions(db: DatabaseClient, options: MoveOptions): Promise<void> {
  const { policy, transport, hostIds, hasFreight = false } = options
  // QEMU 7.2: "Postcopy is not yet compatible with multifd".
  if (policyMay(policy, 'switch') && usesStreams(transport)) {
    throw new AppError('INPUT_INVALID', 'A machine that may switch over early is sent in one stream, uncompressed.')
  }
  // Their last writes would have to arrive while the machine runs there already.
  if (policyMay(policy, 'switch') && hasFreight) {
    throw new AppError('INPUT_INVALID', 'Only a machine whose disks both hosts see can switch over early.')
  }
  if (!policyMay(policy, 'slow') && !policyMay(policy, 'switch') && !usesStreams(transport)) return
  const hosts = await db.host.findMany({
    where: { id: { in: [...hostIds] } },
    select: { id: true, name: true, capabilities: true },
  })
  const old = hosts.find(({ capabilities }) => !capabilities.includes('move-options'))
  if (old === undefined) return
  throw new AppError('HOST_UNFIT', `The agent of ${old.name} is too old for that policy or transport; update it.`, {
    details: { hostId: old.id, name: old.name, reasons: [] },
  })
}
