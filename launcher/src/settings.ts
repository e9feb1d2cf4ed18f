/** What `up` decided and the supervisor keeps to. Written by `up` only; options not given again stay as they were. */
import { readFile } from 'node:fs/promises'
import { writeWhole } from './stamp.ts'

export interface HostSettings {
  name: string
  /** Where its agent listens, on the loopback. */
  port: number
}

export interface Settings {
  port: number
  listen: string
  hosts: HostSettings[]
  /** Of a PostgreSQL server of the user's own; null for the embedded one. Holds a password: the file is 0600. */
  databaseUrl: string | null
  /** Of the sources that the processes were started from. */
  sourceHash: string
  /** With hot reload, in the foreground. */
  isDev: boolean
}

export async function readSettings(path: string): Promise<Settings | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined)
  return text === undefined ? undefined : parseSettings(text)
}

export async function writeSettings(path: string, settings: Settings): Promise<void> {
  await writeWhole(path, `${JSON.stringify(settings, null, 2)}\n`)
}

export function parseSettings(text: string): Settings | undefined {
  const value = parseJson(text)
  if (!isRecord(value)) return undefined
  const { port, listen, hosts, databaseUrl, sourceHash, isDev } = value
  if (typeof port !== 'number' || typeof listen !== 'string' || !Array.isArray(hosts)) return undefined
  if (typeof sourceHash !== 'string') return undefined
  return {
    port,
    listen,
    hosts: hosts.filter(isHostSettings),
    databaseUrl: typeof databaseUrl === 'string' ? databaseUrl : null,
    sourceHash,
    isDev: isDev === true,
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value, or undefined for a text that is no JSON (a file cut short by a full disk). */
export function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    return value
  } catch {
    // What cannot be read counts as absent: it is made anew.
    return undefined
  }
}

function isHostSettings(value: unknown): value is HostSettings {
  return isRecord(value) && typeof value['name'] === 'string' && typeof value['port'] === 'number'
}

/** Whether running processes have to be started again to follow `next`. */
export function needsRestart(running: Settings, next: Settings): boolean {
  return JSON.stringify(running) !== JSON.stringify(next)
}
