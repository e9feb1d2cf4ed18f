import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { LauncherError } from '../terminal/launcher-error.ts'
import type { DataPaths } from '../data/data-paths.ts'
import { runPanelCli } from './panel-cli.ts'
import { listensOn } from '../system/tcp-ports.ts'
import { findRunning } from '../keeping/running-services.ts'
import { isRecord, listensEverywhere, loopback, parseJson, type HostSettings, type Settings } from '../data/settings.ts'
import { writeWhole } from '../install/stamp.ts'

const callTimeoutMs = 10_000

/** Where this computer reaches the panel; one that listens on every address is reached on the loopback. */
export function panelUrl({ listen, port }: Pick<Settings, 'listen' | 'port'>): string {
  const address = listensEverywhere(listen) ? loopback : listen
  return `http://${address.includes(':') ? `[${address}]` : address}:${port}`
}

/** Where this host reaches the panel. */
export function panelUrlFor({ namespace }: HostSettings, settings: Settings): string {
  const { lab, port } = settings
  return namespace === null || lab === null ? panelUrl(settings) : `http://${lab.panelAddress}:${port}`
}

export interface PanelApi {
  query(procedure: string, input: Record<string, unknown>): Promise<unknown>
  mutate(procedure: string, input: Record<string, unknown>): Promise<unknown>
}

/**
 * The panel's own API, with a token of the launcher's that is made on first use and kept in <data>/run. Calls throw
 * LauncherError with the panel's own words.
 */
export function panelApi(settings: Settings, paths: DataPaths): PanelApi {
  const call = async (procedure: string, request: (token: string) => Promise<Response>): Promise<unknown> => {
    const problem = await ownPanelProblem(settings, paths)
    if (problem !== undefined) throw new LauncherError(`The panel is not there: ${problem}`)
    let response = await request(await launcherToken(settings, paths))
    if (response.status === 401) {
      // Expired, revoked, or of a database that was replaced.
      await rm(tokenPath(paths), { force: true })
      response = await request(await launcherToken(settings, paths))
    }
    return answerOf(procedure, response.status, await response.text())
  }
  const url = (procedure: string): string => `${panelUrl(settings)}/api/trpc/${procedure}`
  const signal = (): AbortSignal => AbortSignal.timeout(callTimeoutMs)
  return {
    query: (procedure, input) =>
      call(procedure, (token) =>
        fetch(`${url(procedure)}?input=${encodeURIComponent(JSON.stringify(input))}`, {
          headers: { authorization: `Bearer ${token}` },
          signal: signal(),
        }),
      ),
    mutate: (procedure, input) =>
      call(procedure, (token) =>
        fetch(url(procedure), {
          method: 'POST',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          body: JSON.stringify(input),
          signal: signal(),
        }),
      ),
  }
}

export function answerOf(procedure: string, status: number, body: string): unknown {
  const answer = parseJson(body)
  if (isRecord(answer) && isRecord(answer['result'])) return answer['result']['data']
  const message = isRecord(answer) && isRecord(answer['error']) ? answer['error']['message'] : undefined
  throw new LauncherError(`${procedure}: ${typeof message === 'string' ? message : `the panel answered ${status}`}`)
}

/** Every item of a paged list. */
export async function listAll(api: PanelApi, procedure: string): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = []
  let cursor: unknown
  do {
    const page = await api.query(procedure, { limit: 100, ...(typeof cursor === 'string' ? { cursor } : {}) })
    if (!isRecord(page) || !Array.isArray(page['items'])) throw new LauncherError(`${procedure}: the answer is no list`)
    items.push(...page['items'].filter(isRecord))
    cursor = page['nextCursor']
  } while (typeof cursor === 'string')
  return items
}

const tokenPath = (paths: DataPaths): string => join(paths.recordDir, 'launcher-token')

async function launcherToken(settings: Settings, paths: DataPaths): Promise<string> {
  const known = await readFile(tokenPath(paths), 'utf8').catch(() => '')
  if (known) return known
  const args = ['token', 'create', '--name', 'launcher', '--expires', '30d']
  const token = await runPanelCli({ settings, paths, args, failure: 'The panel gave the launcher no token:' })
  await writeWhole(tokenPath(paths), token)
  return token
}

export interface Readiness {
  isReady: boolean
  reason: string
}

/** Whether the panel is ready; otherwise why not, as it says itself. */
export async function readiness(settings: Settings, paths: DataPaths): Promise<Readiness> {
  const problem = await ownPanelProblem(settings, paths)
  if (problem !== undefined) return { isReady: false, reason: problem }
  try {
    const response = await fetch(`${panelUrl(settings)}/readyz`, { signal: AbortSignal.timeout(3000) })
    return { isReady: response.ok, reason: (await response.text()).slice(0, 500) }
  } catch {
    // Refused or silent: it is starting, or gone, and its process record tells which.
    return { isReady: false, reason: 'it does not answer yet' }
  }
}

/**
 * Whoever answers on the port need not be this Berth's panel: another one may have taken it between our look and our
 * start, would be believed, and would be handed the launcher's token.
 */
async function ownPanelProblem(settings: Settings, paths: DataPaths): Promise<string | undefined> {
  const panel = await findRunning('panel', paths)
  if (!panel) return 'its process does not run'
  return (await listensOn(panel.pid, settings.port)) ? undefined : `it does not listen on port ${settings.port}`
}
