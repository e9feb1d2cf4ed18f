/**
 * The agent of a host that has joined: what `./berth join` decided about it, kept in its data folder, and the process that
 * follows from it.
 */
import { mkdir, chmod, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { dataPaths, type DataPaths } from '../data/data-paths.ts'
import { LauncherError, messageOf } from '../terminal/launcher-error.ts'
import type { Service } from '../keeping/kept-service.ts'
import { agentNodeArgs } from '../keeping/node-memory.ts'
import { nodeService } from '../keeping/node-service.ts'
import { agentEntry } from '../keeping/running-services.ts'
import { isRecord, parseJson } from '../data/settings.ts'
import { writeWhole } from '../install/stamp.ts'

export interface JoinedAgent {
  panelUrl: string
  /** host:port, IPv6 in brackets. */
  listen: string
  /** Where the panel reaches it; null: the address by which it reaches the panel. */
  address: string | null
  /** Of the sources that it was started from. */
  sourceHash: string
}

export interface JoinedPaths {
  readonly base: DataPaths
  readonly agentDir: string
  readonly record: string
  readonly log: string
  readonly tokenFile: string
}

export function joinedPaths(dataDir: string): JoinedPaths {
  const base = dataPaths(dataDir)
  return {
    base,
    agentDir: join(dataDir, 'agent'),
    record: join(base.recordDir, 'joined-agent.json'),
    log: join(base.logsDir, 'agent.log'),
    tokenFile: join(base.recordDir, 'join-token'),
  }
}

/** QEMU's users pass through to their disks; logs and records are nobody's business. Throws LauncherError. */
export async function makeJoinedDirs({ base, agentDir }: JoinedPaths): Promise<void> {
  try {
    for (const dir of [base.dataDir, agentDir, base.socketDir]) {
      await mkdir(dir, { recursive: true })
      await chmod(dir, 0o711)
    }
    for (const dir of [base.logsDir, base.recordDir]) await mkdir(dir, { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw new LauncherError(`The data folder ${base.dataDir} is not usable: ${messageOf(cause)}`, { cause })
  }
}

/** Throws LauncherError where no host has joined. */
export async function readJoinedAgent(paths: JoinedPaths): Promise<JoinedAgent> {
  const value = parseJson(await readFile(paths.record, 'utf8').catch(() => ''))
  if (isRecord(value)) {
    const { panelUrl, listen, address, sourceHash } = value
    if (typeof panelUrl === 'string' && typeof listen === 'string' && typeof sourceHash === 'string') {
      return { panelUrl, listen, sourceHash, address: typeof address === 'string' ? address : null }
    }
  }
  throw new LauncherError(`No host has joined with the data folder ${paths.base.dataDir}. See: ./berth help`)
}

export async function writeJoinedAgent(paths: JoinedPaths, agent: JoinedAgent): Promise<void> {
  await writeWhole(paths.record, `${JSON.stringify(agent, null, 2)}\n`)
}

export function joinedEnvironment(paths: JoinedPaths, agent: JoinedAgent): Record<string, string> {
  return {
    BERTH_AGENT_DATA: paths.agentDir,
    BERTH_AGENT_RUN: paths.base.socketDir,
    BERTH_AGENT_LISTEN: agent.listen,
    ...(agent.address === null ? {} : { BERTH_AGENT_NAME: agent.address }),
    BERTH_PANEL_URL: agent.panelUrl,
    NODE_ENV: 'production',
    NODE_COMPILE_CACHE: join(paths.agentDir, 'code-cache'),
  }
}

export function joinedService(paths: JoinedPaths, agent: JoinedAgent): Service {
  return nodeService({
    name: 'agent',
    entry: agentEntry,
    nodeArgs: agentNodeArgs,
    dataDir: paths.base.dataDir,
    logPath: paths.log,
    env: () => Promise.resolve(joinedEnvironment(paths, agent)),
  })
}
