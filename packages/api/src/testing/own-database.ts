/** A database server of a test's own, for tests that take it away from a panel that runs. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbeddedPostgres } from '@berth/prisma/embedded-postgres'

export interface OwnDatabase extends AsyncDisposable {
  readonly databaseUrl: string
  kill(): void
  stop(): Promise<void>
  /** At the same address, with what was committed. */
  start(): Promise<void>
}

export async function startOwnDatabase(): Promise<OwnDatabase> {
  const dir = await mkdtemp(join(tmpdir(), 'berth-own-database-'))
  const start = () => startEmbeddedPostgres({ dir })
  let server = await start()
  return {
    databaseUrl: server.url,
    kill: () => void process.kill(server.pid, 'SIGKILL'),
    stop: () => server.stop(),
    start: async () => {
      server = await start()
    },
    [Symbol.asyncDispose]: async () => {
      await server.stop()
      await rm(dir, { recursive: true, force: true })
    },
  }
}
