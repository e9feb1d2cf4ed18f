import { LauncherError } from '../terminal/launcher-error.ts'
import { runPanelCli } from '../panel/panel-cli.ts'
import { upCommand, type DataPaths } from '../data/data-paths.ts'
import { readSettings } from '../data/settings.ts'

/** Prints nothing but the token, so that scripts can take it as it is. */
export async function createToken(paths: DataPaths, name: string, expires: string | undefined): Promise<void> {
  const settings = await readSettings(paths.settings)
  if (!settings)
    throw new LauncherError(`There is no Berth in ${paths.dataDir}. Start it first: ${upCommand(paths.dataDir)}`)
  const args = ['token', 'create', '--name', name, ...(expires === undefined ? [] : ['--expires', expires])]
  const token = await runPanelCli({ settings, paths, args, failure: 'The token could not be made:' })
  process.stdout.write(`${token}\n`)
}
