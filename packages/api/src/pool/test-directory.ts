/** Asks hosts what they find at a path. Nothing is kept there; whether they see the same directory is proved by the task. */
import { agentContract } from '@berth/core/agent-contract/agent-contract'
import type { DirectoryReport } from '@berth/core/agent-contract/pool-commands'
import { toAppError } from '@berth/core/errors/app-error'
import type { PoolTest } from '@berth/core/storage/pool'
import { poolTestSchema } from '@berth/core/storage/pool'
import type { Panel } from '../trpc/panel.ts'
import type { PoolTestInput } from './pool-inputs.ts'
import { requirePoolHosts } from './pool-repo.ts'
import { directoryVerdict, withSizesCompared } from './pool-words.ts'

/** Longer than the agent itself waits for a file system that does not answer, and for one to be mounted and unmounted. */
const askMs = { path: 12_000, source: 45_000 } as const

export async function testDirectory(panel: Panel, input: PoolTestInput): Promise<PoolTest[]> {
  const hosts = await requirePoolHosts(panel.db, input.hostIds)
  const sizes = new Map<string, number>()
  const tests = await Promise.all(
    hosts.map(async ({ id, name, state, capabilities }) => {
      const tell = (said: Pick<PoolTest, 'verdict' | 'text'>): PoolTest =>
        poolTestSchema.parse({ hostId: id, name, ...said })
      if (state !== 'online') return tell({ verdict: 'cannot', text: `The host is ${state}.` })
      if (!capabilities.includes('pools'))
        return tell({ verdict: 'cannot', text: 'Its agent knows no shared pools: update it.' })
      if ('source' in input && !capabilities.includes('nfs-pools'))
        return tell({ verdict: 'cannot', text: 'Its agent mounts no NFS exports: update it.' })
      const found = await ask(panel, id, input)
      if (typeof found === 'string') return tell({ verdict: 'cannot', text: found })
      if (found.problem === null) sizes.set(id, found.totalBytes)
      return tell(directoryVerdict(found, input.poolId ?? null))
    }),
  )
  return withSizesCompared(tests, sizes)
}

async function ask(panel: Panel, hostId: string, input: PoolTestInput): Promise<DirectoryReport | string> {
  try {
    const place = 'source' in input ? { source: input.source } : { path: input.path }
    const timeoutMs = askMs['source' in input ? 'source' : 'path']
    return await panel.agents.link(hostId).call(agentContract.pool.inspect, place, { timeoutMs })
  } catch (error) {
    return toAppError(error).message
  }
}
