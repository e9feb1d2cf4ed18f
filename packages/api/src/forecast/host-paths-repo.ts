/** The ways from one host to all the others, with what each carried when it was measured last. */
import { hostPathSchema, type HostPath } from '@berth/core/host/host-path'
import type { Panel } from '../trpc/panel.ts'
import { requireHostRow } from '../host/host-repo.ts'

/** Sorted by the other host's name. Throws HOST_NOT_FOUND. */
export async function findHostPaths(
  { db, measures }: Pick<Panel, 'db' | 'measures'>,
  hostId: string,
): Promise<HostPath[]> {
  await requireHostRow(db, hostId)
  const hosts = await db.host.findMany({
    select: { id: true, name: true, state: true, capabilities: true },
    orderBy: { name: 'asc' },
  })
  const own = hosts.find(({ id }) => id === hostId)
  return hosts
    .filter(({ id }) => id !== hostId)
    .map((other) => {
      const old = [own, other].find((host) => host?.capabilities.includes('forecast') === false)
      const obstacle =
        old !== undefined ? `the agent of ${old.name} is too old` : other.state === 'online' ? null : 'not online'
      const sample = measures.lastPath({ sourceHostId: hostId, targetHostId: other.id })
      return hostPathSchema.parse({ hostId: other.id, name: other.name, state: other.state, sample, obstacle })
    })
}
