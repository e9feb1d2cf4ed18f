const firstDelayMs = 250
/** Its start and a page that is true again must fit into 30 s, however often it was killed before. */
const defaultMaxDelayMs = 8_000
/** A process that ran this long was well; its next death starts over. */
const wellAfterMs = 60_000

export interface Backoff {
  /** Restarts in a row of a process that does not stay. */
  failures: number
}

export const freshBackoff: Backoff = { failures: 0 }

/** After a death: how long to wait, and what to remember. 250 ms, then doubled up to `maxDelayMs`. */
export function afterDeath(
  backoff: Backoff,
  uptimeMs: number,
  maxDelayMs = defaultMaxDelayMs,
): { delayMs: number; next: Backoff } {
  const failures = uptimeMs >= wellAfterMs ? 0 : backoff.failures
  return { delayMs: Math.min(maxDelayMs, firstDelayMs * 2 ** Math.min(failures, 16)), next: { failures: failures + 1 } }
}
