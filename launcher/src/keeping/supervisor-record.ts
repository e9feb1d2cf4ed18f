/** What the supervisor tells of itself in <data>/run/supervisor.json: read by `status`, `up` and `down`, never its own truth. */
import { readFile } from 'node:fs/promises'
import { isAlive, type ProcessIdentity } from '../system/living-process.ts'
import { isRecord, parseJson } from '../data/settings.ts'

export const keptStates = ['waiting', 'running', 'restarting', 'stopped'] as const
export type KeptState = (typeof keptStates)[number]

export interface KeptRecord {
  name: string
  state: KeptState
  pid: number | null
  startTime: number | null
  /** ISO. */
  since: string
  restarts: number
  /** Why it is not running, or how its predecessor ended. */
  reason: string | null
}

export interface SupervisorRecord extends ProcessIdentity {
  kept: KeptRecord[]
}

/** The record of a supervisor that lives now, or undefined. */
export async function readSupervisor(path: string): Promise<SupervisorRecord | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '')
  const record = parseSupervisorRecord(text)
  return record && (await isAlive(record)) ? record : undefined
}

export function parseSupervisorRecord(text: string): SupervisorRecord | undefined {
  const value = parseJson(text)
  if (!isRecord(value)) return undefined
  const { pid, startTime, kept } = value
  if (typeof pid !== 'number' || typeof startTime !== 'number' || !Array.isArray(kept)) return undefined
  return { pid, startTime, kept: kept.flatMap(parseKept) }
}

function parseKept(value: unknown): KeptRecord[] {
  if (!isRecord(value)) return []
  const { name, pid, startTime, since, restarts, reason } = value
  const state = keptStates.find((known) => known === value['state'])
  if (typeof name !== 'string' || !state || typeof since !== 'string') return []
  return [
    {
      name,
      state,
      pid: typeof pid === 'number' ? pid : null,
      startTime: typeof startTime === 'number' ? startTime : null,
      since,
      restarts: typeof restarts === 'number' ? restarts : 0,
      reason: typeof reason === 'string' ? reason : null,
    },
  ]
}
