/**
 * One thing that the supervisor keeps alive. Two kinds: a Node process of ours, and the embedded PostgreSQL, which starts
 * and is found again by rules of its own.
 */
import type { ProcessIdentity } from '../system/living-process.ts'

export interface Service {
  name: string
  /** Resolves with its living process: the one that already runs, or a new one. May wait for what it needs first. */
  ensure(signal: AbortSignal): Promise<ProcessIdentity>
  /** Ends it and waits for that. */
  stop(): Promise<void>
  logPath: string | undefined
}
