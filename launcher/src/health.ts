/** Waiting until what was started is well, with the reason when it is not. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { LauncherError } from './launcher-error.ts'
import { lastLines } from './logs.ts'
import { listAll, panelApi, readiness } from './panel-api.ts'
import type { DataPaths } from './paths.ts'
import type { Settings } from './settings.ts'
import { readSupervisor, type KeptRecord } from './supervisor-record.ts'

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

export async function waitForHosts(settings: Settings, paths: DataPaths): Promise<string> {
  const deadline = performance.now() + hostsTimeoutMs
  const api = panelApi(settings, paths)
  for (;;) {
    const online = new Set(
      (await listAll(api, 'host.list')).flatMap((host) => (host['state'] === 'online' ? [host['name']] : [])),
    )
    const missing = settings.hosts.find((host) => !online.has(host.name))
    if (!missing) return `${settings.hosts.length}`
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
