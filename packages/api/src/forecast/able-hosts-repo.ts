/** Whether hosts' agents can measure and rehearse, and where they are reached. */
import { AppError } from '@berth/core/errors/app-error'
import { hostIdSchema, type HostId } from '@berth/core/ids/ids'
import type { DatabaseClient } from '@berth/prisma/client'

export interface AbleHost {
  readonly hostId: HostId
  readonly address: string
  readonly port: number
}

/** Of the target. Throws AGENT_INCOMPATIBLE with the name of an agent that is too old, HOST_NOT_FOUND. */
export async function requireAbleHosts(
  db: DatabaseClient,
  { sourceHostId, targetHostId }: { readonly sourceHostId: string; readonly targetHostId: string },
): Promise<AbleHost> {
  const hosts = await db.host.findMany({
    where: { id: { in: [sourceHostId, targetHostId] } },
    select: { id: true, name: true, address: true, port: true, capabilities: true },
  })
  const old = hosts.find(({ capabilities }) => !capabilities.includes('forecast'))
  if (old !== undefined) {
    throw new AppError('AGENT_INCOMPATIBLE', `The agent of ${old.name} is too old for this; update it.`, {
      details: { hostId: old.id, needed: 'forecast' },
    })
  }
  const target = hosts.find(({ id }) => id === targetHostId)
  if (target === undefined) throw new AppError('HOST_NOT_FOUND', `There is no host ${targetHostId}.`)
  return { hostId: hostIdSchema.parse(target.id), address: target.address, port: target.port }
}
