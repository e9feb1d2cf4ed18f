import { setTimeout as delay } from 'node:timers/promises'
import { afterDeath, freshBackoff } from './backoff.ts'
import { launcherEnv } from '../data/env.ts'
import { messageOf } from '../terminal/launcher-error.ts'
import { rotateLog } from '../system/log-rotation.ts'
import { isAlive, type ProcessIdentity } from '../system/living-process.ts'
import type { Service } from './kept-service.ts'
import type { KeptRecord, KeptState } from './supervisor-record.ts'

export interface KeeperOptions {
  service: Service
  signal: AbortSignal
  /** Called at each change, with the whole record. */
  publish: (record: KeptRecord) => void
  /** Between two looks at the process. */
  lookEveryMs?: number
}

/**
 * Keeps one service alive until the signal: starts or adopts it, looks whether it lives, starts it again after its death
 * with ever longer pauses. Leaves it running at the end; stopping is a decision of its own.
 *
 * It looks instead of waiting for the exit, because an adopted process is nobody's child and sends no signal.
 */
export async function keepAlive({ service, signal, publish, lookEveryMs = 500 }: KeeperOptions): Promise<void> {
  let backoff = freshBackoff
  let restarts = 0
  let reason: string | null = null
  const tell = (state: KeptState, identity?: ProcessIdentity): void => {
    const { pid = null, startTime = null } = identity ?? {}
    publish({ name: service.name, state, pid, startTime, since: new Date().toISOString(), restarts, reason })
  }
  tell('waiting')
  while (!signal.aborted) {
    const startedAt = performance.now()
    try {
      const identity = await service.ensure(signal)
      tell('running', identity)
      await watch({ service, identity, signal, lookEveryMs })
      reason = 'its process ended; see its log'
    } catch (error) {
      reason = messageOf(error)
    }
    if (isAborted(signal)) break
    const { delayMs, next } = afterDeath(backoff, performance.now() - startedAt, launcherEnv.maxRestartDelayMs)
    backoff = next
    restarts += 1
    tell('restarting')
    await pause(delayMs, signal)
  }
}

/** Asked anew: the loop's own condition makes the compiler believe that it cannot have changed meanwhile. */
const isAborted = (signal: AbortSignal): boolean => signal.aborted

interface Watch {
  service: Service
  identity: ProcessIdentity
  signal: AbortSignal
  lookEveryMs: number
}

async function watch({ service, identity, signal, lookEveryMs }: Watch): Promise<void> {
  while (!signal.aborted && (await isAlive(identity))) {
    if (service.logPath) await rotateLog(service.logPath)
    await pause(lookEveryMs, signal)
  }
}

/** Ends early, without an error, when the signal fires. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error
  })
}
