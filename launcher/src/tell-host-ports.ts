import { join } from 'node:path'
import { runPanelCli } from './panel-cli.ts'
import type { DataPaths } from './data-paths.ts'
import { readSettings } from './settings.ts'
import { hasStamp, writeWhole } from './stamp.ts'

/** Tells the panel the ports of agents that were moved to another one; it knows those of agents that join from themselves. */
export async function tellHostPorts(paths: DataPaths): Promise<void> {
  const settings = await readSettings(paths.settings)
  if (!settings) return
  for (const { name, port } of settings.hosts) {
    const stampPath = join(paths.recordDir, `port-${name}.stamp`)
    if (await hasStamp(stampPath, String(port))) continue
    const args = ['host', 'set-port', '--host', name, '--port', String(port)]
    await runPanelCli({ settings, paths, args, failure: `The panel could not be told the port of ${name}:` })
    await writeWhole(stampPath, String(port))
  }
}
