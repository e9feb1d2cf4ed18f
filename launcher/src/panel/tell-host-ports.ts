import { join } from 'node:path'
import { runPanelCli } from './panel-cli.ts'
import type { DataPaths } from '../data/data-paths.ts'
import { readSettings } from '../data/settings.ts'
import { hasStamp, writeWhole } from '../install/stamp.ts'

/** Tells the panel where agents listen that were moved; of those that join it knows from themselves. */
export async function tellHostPorts(paths: DataPaths): Promise<void> {
  const settings = await readSettings(paths.settings)
  if (!settings) return
  for (const { name, address, port } of settings.hosts) {
    const stampPath = join(paths.recordDir, `port-${name}.stamp`)
    const place = `${address}:${port}`
    if (await hasStamp(stampPath, place)) continue
    const args = ['host', 'set-port', '--host', name, '--address', address, '--port', String(port)]
    await runPanelCli({ settings, paths, args, failure: `The panel could not be told where ${name} listens:` })
    await writeWhole(stampPath, place)
  }
}
