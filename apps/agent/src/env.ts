/** What of the environment is needed before any module is loaded; the settings proper are in config.ts. */
import { join, resolve } from 'node:path'

export const defaultDataDir = '/var/lib/berth'

/** Below the data directory, because that is the one place that is the agent's own whoever it runs as. */
export const codeCacheDir = join(resolve(process.env['BERTH_AGENT_DATA'] ?? defaultDataDir), 'code-cache')
