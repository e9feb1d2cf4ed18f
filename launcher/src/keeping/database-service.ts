import { join } from 'node:path'
import { LauncherError } from '../terminal/launcher-error.ts'
import { identify } from '../system/living-process.ts'
import type { Service } from './kept-service.ts'

/** The embedded PostgreSQL in `dir`. Its module is loaded late: it exists only once the modules are installed. */
export function databaseService(dir: string): Service & { url(): string | undefined } {
  let url: string | undefined
  return {
    name: 'database',
    logPath: undefined,
    url: () => url,
    async ensure() {
      const { startEmbeddedPostgres } = await import('@berth/prisma/embedded-postgres')
      const server = await startEmbeddedPostgres({ dir })
      url = server.url
      const identity = await identify(server.pid)
      if (!identity) throw new LauncherError(`PostgreSQL ended at once; see ${join(dir, 'server.log')}`)
      return identity
    },
    async stop() {
      const { findEmbeddedPostgres } = await import('@berth/prisma/embedded-postgres')
      await (await findEmbeddedPostgres(dir))?.stop()
    },
  }
}
