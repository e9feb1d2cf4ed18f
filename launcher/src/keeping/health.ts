/** Waiting until what was started is well, with the reason when it is not. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { LauncherError } from '../terminal/launcher-error.ts'
import { lastLines } from '../verbs/logs.ts'
import { listAll, panelApi, readiness } from '../panel/panel-api.ts'
import type { DataPaths } from '../data/data-paths.ts'
import type { Settings } from '../data/settings.ts'
import type { Tell } from '../terminal/stages.ts'
import { readSupervisor, type KeptRecord, type KeptState } from './supervisor-record.ts'

const panelTimeoutMs = 90_000
const hostsTimeoutMs = 60_000
/** A service that died this often at its start will not come up by waiting. */
const hopelessRestarts = 4

export async function waitForPanel(settings: Settings, paths: DataPaths): Promise<undefined> {
  const deadline = performance.now() + panelTimeoutMs
  for (;;) {
    const { isReady, reason } = await readiness(settings, paths)
    if (isReady) return
    const broken = await findHopeless(paths, ['database', 'panel'])
    if (broken || performance.now() > deadline)
      throw await failure(paths, broken?.name ?? 'panel', broken?.reason ?? reason)
    await delay(100)
  }
}

/** Tells for the first host that is missing how far it has come. */
export async function waitForHosts(settings: Settings, paths: DataPaths, tell: Tell): Promise<string> {
  const deadline = performance.now() + hostsTimeoutMs
  const api = panelApi(settings, paths)
  for (;;) {
    const known = new Map((await listAll(api, 'host.list')).map((host) => [host['name'], host['state']]))
    const missing = settings.hosts.find((host) => known.get(host.name) !== 'online')
    if (!missing) return `${settings.hosts.length}`
    const kept = (await readSupervisor(paths.supervisorRecord))?.kept ?? []
    const agent = kept.find(({ name }) => name === `agent-${missing.name}`)
    tell(`${missing.name} ${whatIsMissing(agent?.state, known.has(missing.name))}`)
    const broken = await findHopeless(
      paths,
      settings.hosts.map((host) => `agent-${host.name}`),
    )
    if (broken || performance.now() > deadline) {
      throw await failure(
        paths,
        broken?.name ?? `agent-${missing.name}`,
        broken?.reason ?? 'the panel does not reach it',
      )
    }
    await delay(200)
  }
}

/** How far a host is that is not online, by the state of its agent's process. */
export function whatIsMissing(agent: KeptState | undefined, hasJoined: boolean): string {
  if (agent === 'running') {
    return hasJoined
      ? 'has joined; the panel connects to its agent'
      : 'has an agent that looks at QEMU and KVM, and then joins'
  }
  if (agent === 'restarting') return 'has an agent that ended and starts again'
  return hasJoined ? 'has an agent that starts' : 'gets its token to join with'
}

async function findHopeless(paths: DataPaths, names: readonly string[]): Promise<KeptRecord | undefined> {
  const kept = (await readSupervisor(paths.supervisorRecord))?.kept ?? []
  return kept.find(
    (record) => names.includes(record.name) && record.restarts >= hopelessRestarts && record.state !== 'running',
  )
}

async function failure(paths: DataPaths, name: string, reason: string): Promise<LauncherError> {
  const path = name === 'database' ? join(paths.databaseDir, 'server.log') : join(paths.logsDir, `${name}.log`)
  const tail = lastLines(await readFile(path, 'utf8').catch(() => ''), 12)
  return new LauncherError(`${name} does not come up: ${reason}\n${tail}The whole log: ./berth logs ${name}`)
}
