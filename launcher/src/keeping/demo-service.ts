/** The simulated hosts of a demo: one process, which is started once the panel can take them in. */
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { DataPaths } from '../data/data-paths.ts'
import type { Service } from './kept-service.ts'
import { simulationNodeArgs } from './node-memory.ts'
import { nodeService } from './node-service.ts'
import { panelUrl, readiness } from '../panel/panel-api.ts'
import { runPanelCli } from '../panel/panel-cli.ts'
import { agentEntry } from './running-services.ts'
import { loopback, type DemoSettings, type Settings } from '../data/settings.ts'

export const simulationName = 'simulation'

/** A sample takes some 0.1 ms: of more machines each is looked at more seldom. */
const samplesPerRound = 1_000

export function demoService(demo: DemoSettings, settings: Settings, paths: DataPaths): Service {
  const folder = demoFolder(paths)
  return nodeService({
    name: simulationName,
    entry: agentEntry,
    args: ['--sim'],
    nodeArgs: simulationNodeArgs,
    dataDir: paths.dataDir,
    logPath: join(paths.logsDir, `${simulationName}.log`),
    env: async (signal) => {
      while (!(await readiness(settings, paths)).isReady) await delay(250, undefined, { signal })
      const args = ['demo', 'prepare', '--hosts', String(demo.hostCount), '--out', folder]
      await runPanelCli({ settings, paths, args, failure: 'The panel did not take the demo’s hosts in:' })
      return {
        BERTH_AGENT_DATA: folder,
        BERTH_AGENT_RUN: join(paths.socketDir, 'sim'),
        BERTH_AGENT_LISTEN: `${loopback}:${demo.firstPort}`,
        BERTH_PANEL_URL: panelUrl(settings),
        BERTH_SIM_HOSTS: String(demo.hostCount),
        BERTH_SIM_VMS: String(demo.vmsPerHost),
        BERTH_SIM_PLAN: join(folder, 'plan.json'),
        BERTH_SIM_SAMPLE_EVERY: String(Math.ceil((demo.hostCount * demo.vmsPerHost) / samplesPerRound) || 1),
        LOG_LEVEL: 'warn',
        NODE_ENV: 'production',
        NODE_COMPILE_CACHE: join(folder, 'code-cache'),
      }
    },
  })
}

export const demoFolder = (paths: DataPaths): string => paths.hostsDir
