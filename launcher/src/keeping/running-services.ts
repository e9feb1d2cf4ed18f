import { join } from 'node:path'
import { root, type DataPaths } from '../data/data-paths.ts'
import { findMarked, type Marker, type ProcessIdentity } from '../system/living-process.ts'

export const panelEntry = join(root, 'apps/web/server/main.ts')
export const agentEntry = join(root, 'apps/agent/src/main.ts')

/** How a process of this data folder is told from all others, also from those of another Berth on this computer. */
export function markerOf(dataDir: string, name: string, entry: string): Marker {
  return { value: `${dataDir}#${name}`, entry }
}

/** The living panel ("panel") or agent ("agent-<host>") of this data folder, whether or not a supervisor lives. */
export function findRunning(name: string, paths: DataPaths): Promise<ProcessIdentity | undefined> {
  return findMarked(markerOf(paths.dataDir, name, name === 'panel' ? panelEntry : agentEntry))
}
