/** What `up` decided and the supervisor keeps to. Written by `up` only; options not given again stay as they were. */
import { readFile } from 'node:fs/promises'
import { writeWhole } from '../install/stamp.ts'

export interface HostSettings {
  name: string
  /** Where its agent listens: on the loopback, or on the network of the lab. */
  address: string
  port: number
  /** Of the lab, in which it lives; null for one on this computer's own network. */
  namespace: string | null
}

/** The network between hosts that are namespaces (docs/decisions/0014). */
export interface LabSettings {
  /** Of this computer on it: where hosts reach the panel. */
  panelAddress: string
  /** Whether nothing leads out of it. */
  isClosed: boolean
}

/** Simulated hosts in the place of real ones. */
export interface DemoSettings {
  hostCount: number
  vmsPerHost: number
  /** Of their agents, which listen on ports in a row. */
  firstPort: number
}

export interface Settings {
  port: number
  listen: string
  hosts: HostSettings[]
  lab: LabSettings | null
  /** Of a PostgreSQL server of the user's own; null for the embedded one. Holds a password: the file is 0600. */
  databaseUrl: string | null
  demo: DemoSettings | null
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
    hosts: hosts.flatMap(parseHost),
    lab: parseLab(value['lab']),
    databaseUrl: typeof databaseUrl === 'string' ? databaseUrl : null,
    demo: parseDemo(value['demo']),
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

function parseHost(value: unknown): HostSettings[] {
  if (!isRecord(value)) return []
  const { name, port, address, namespace } = value
  if (typeof name !== 'string' || typeof port !== 'number') return []
  // Settings of before there were labs name no address.
  const where = { address: typeof address === 'string' ? address : loopback }
  return [{ name, ...where, port, namespace: typeof namespace === 'string' ? namespace : null }]
}

function parseLab(value: unknown): LabSettings | null {
  if (!isRecord(value) || typeof value['panelAddress'] !== 'string') return null
  return { panelAddress: value['panelAddress'], isClosed: value['isClosed'] === true }
}

function parseDemo(value: unknown): DemoSettings | null {
  if (!isRecord(value)) return null
  const { hostCount, vmsPerHost, firstPort } = value
  if (typeof hostCount !== 'number' || typeof vmsPerHost !== 'number' || typeof firstPort !== 'number') return null
  return { hostCount, vmsPerHost, firstPort }
}

export const loopback = '127.0.0.1'

export const listensEverywhere = (listen: string): boolean => listen === '0.0.0.0' || listen === '::'

/** Whether running processes have to be started again to follow `next`. */
export function needsRestart(running: Settings, next: Settings): boolean {
  return JSON.stringify(running) !== JSON.stringify(next)
}
