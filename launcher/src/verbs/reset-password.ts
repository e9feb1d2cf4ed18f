import { LauncherError } from '../terminal/launcher-error.ts'
import { runPanelCli } from '../panel/panel-cli.ts'
import { upCommand, type DataPaths } from '../data/data-paths.ts'
import { readSettings } from '../data/settings.ts'

/** Ends the user's sessions and prints nothing but the new password, which must be changed at the next sign-in. */
export async function resetPassword(paths: DataPaths, email: string): Promise<void> {
  const settings = await readSettings(paths.settings)
  if (!settings)
    throw new LauncherError(`There is no Berth in ${paths.dataDir}. Start it first: ${upCommand(paths.dataDir)}`)
  const args = ['user', 'reset-password', '--', email]
  const password = await runPanelCli({ settings, paths, args, failure: 'The password could not be reset:' })
  process.stdout.write(`${password}\n`)
}
