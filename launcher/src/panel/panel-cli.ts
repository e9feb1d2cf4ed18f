import { join } from 'node:path'
import { LauncherError } from '../terminal/launcher-error.ts'
import { root, type DataPaths } from '../data/data-paths.ts'
import { runProgram } from '../system/run-program.ts'
import { listensEverywhere, type Settings } from '../data/settings.ts'

/** The URL of the database that runs now, or of the user's own server. Throws when the embedded one does not run. */
export async function databaseUrlOf(settings: Settings, paths: DataPaths): Promise<string> {
  if (settings.databaseUrl !== null) return settings.databaseUrl
  const { findEmbeddedPostgres } = await import('@berth/prisma/embedded-postgres')
  const server = await findEmbeddedPostgres(paths.databaseDir)
  if (!server) throw new LauncherError('The database does not run. Start Berth first: ./berth up')
  return server.url
}

export function panelEnv(settings: Settings, paths: DataPaths, databaseUrl: string): Record<string, string> {
  return {
    BERTH_DATA: paths.dataDir,
    BERTH_PORT: String(settings.port),
    BERTH_LISTEN: settings.listen,
    // Hosts in namespaces have no other way to it.
    BERTH_LISTEN_FOR_HOSTS: listensEverywhere(settings.listen) ? '' : (settings.lab?.panelAddress ?? ''),
    DATABASE_URL: databaseUrl,
    NODE_ENV: settings.isDev ? 'development' : 'production',
    NEXT_TELEMETRY_DISABLED: '1',
  }
}

export interface PanelCliCall {
  settings: Settings
  paths: DataPaths
  args: readonly string[]
  /** Said when it fails. */
  failure: string
}

/** Runs the panel's command line, which works on the database itself, and returns what it printed. */
export async function runPanelCli({ settings, paths, args, failure }: PanelCliCall): Promise<string> {
  const env = panelEnv(settings, paths, await databaseUrlOf(settings, paths))
  return (await runProgram(['node', join(root, 'apps/web/server/cli.ts'), ...args], { cwd: root, env, failure })).trim()
}
