/** What Berth consists of on this computer, in the order in which it starts; it stops the other way round. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { databaseService } from './database-service.ts'
import { demoService } from './demo-service.ts'
import type { House } from './house.ts'
import { agentNodeArgs, panelMemoryEnv, panelNodeArgs } from './node-memory.ts'
import { nodeService } from './node-service.ts'
import { panelUrlFor, readiness } from '../panel/panel-api.ts'
import { panelEnv, runPanelCli } from '../panel/panel-cli.ts'
import type { DataPaths } from '../data/data-paths.ts'
import { agentEntry, panelEntry } from './running-services.ts'
import type { Service } from './kept-service.ts'
import type { HostSettings, Settings } from '../data/settings.ts'

/** `house`: only of the supervisor, which is the one that starts them. */
export function servicesOf(settings: Settings, paths: DataPaths, house?: House): Service[] {
  const database = settings.databaseUrl === null ? databaseService(paths.databaseDir) : undefined
  const databaseUrl = async (signal: AbortSignal): Promise<string> => {
    for (;;) {
      const url = settings.databaseUrl ?? database?.url()
      if (url !== undefined) return url
      await delay(50, undefined, { signal })
    }
  }
  const panel = nodeService({
    name: 'panel',
    entry: panelEntry,
    // While developing, the same process compiles the pages.
    nodeArgs: settings.isDev ? [] : panelNodeArgs,
    dataDir: paths.dataDir,
    logPath: join(paths.logsDir, 'panel.log'),
    house,
    env: async (signal) => ({ ...panelMemoryEnv, ...panelEnv(settings, paths, await databaseUrl(signal)) }),
  })
  const agents = settings.hosts.map((host) => agentService(host, { settings, paths, house }))
  const simulation = settings.demo === null ? [] : [demoService(settings.demo, settings, paths)]
  return [...(database ? [database] : []), panel, ...agents, ...simulation]
}

function agentService(
  host: HostSettings,
  { settings, paths, house }: { settings: Settings; paths: DataPaths; house: House | undefined },
): Service {
  const name = `agent-${host.name}`
  const dataDir = join(paths.hostsDir, host.name)
  return nodeService({
    name,
    entry: agentEntry,
    nodeArgs: [...agentNodeArgs, ...(settings.isDev ? ['--watch', '--watch-preserve-output'] : [])],
    dataDir: paths.dataDir,
    logPath: join(paths.logsDir, `${name}.log`),
    house,
    namespace: host.namespace,
    env: async (signal) => {
      const tokenFile = join(paths.recordDir, `join-token-${host.name}`)
      if (!hasJoined(dataDir)) await makeJoinToken({ settings, paths, host, tokenFile, signal })
      return {
        BERTH_AGENT_DATA: dataDir,
        BERTH_AGENT_RUN: join(paths.socketDir, host.name),
        BERTH_AGENT_NAME: host.name,
        BERTH_AGENT_LISTEN: `${host.address}:${host.port}`,
        BERTH_PANEL_URL: panelUrlFor(host, settings),
        BERTH_JOIN_TOKEN_FILE: tokenFile,
        NODE_ENV: 'production',
        // As the agent's env.ts has it, but from the first module on.
        NODE_COMPILE_CACHE: join(dataDir, 'code-cache'),
      }
    },
  })
}

/** Whether this host's agent has its certificate: then it starts without the panel, as after a power cut it must. */
const hasJoined = (agentDataDir: string): boolean => existsSync(join(agentDataDir, 'identity/host.json'))

interface JoinTokenWish {
  settings: Settings
  paths: DataPaths
  host: HostSettings
  tokenFile: string
  signal: AbortSignal
}

/** A fresh token for each start that needs one: they expire. */
async function makeJoinToken({ settings, paths, host, tokenFile, signal }: JoinTokenWish): Promise<void> {
  while (!(await readiness(settings, paths)).isReady) await delay(250, undefined, { signal })
  const args = ['join-token', 'create', '--host', host.name, '--out', tokenFile]
  await runPanelCli({ settings, paths, args, failure: `The panel gave host ${host.name} no join token:` })
}
