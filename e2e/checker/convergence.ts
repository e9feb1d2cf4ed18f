/** How long it takes until nothing disagrees any more (I6). */
import { setTimeout as delay } from 'node:timers/promises'
import { inWords, violation, type Violation } from './violation.ts'

export interface Convergence {
  /** From the call until the first look at which all was well. */
  readonly tookMs: number
  /** Empty when it came in time; else I6, and what was still wrong at the end. */
  readonly violations: readonly Violation[]
}

/** A look that fails counts as not converged: panel and database may be on their way back. */
export async function converge(
  look: () => Promise<readonly Violation[]>,
  { withinMs, everyMs = 250 }: { withinMs: number; everyMs?: number },
): Promise<Convergence> {
  const startedAt = performance.now()
  for (;;) {
    const wrong = await look().catch((error: unknown) => [
      violation('I6', `it could not be looked at: ${String(error)}`),
    ])
    const tookMs = performance.now() - startedAt
    if (wrong.length === 0 && tookMs <= withinMs) return { tookMs, violations: [] }
    if (tookMs > withinMs) {
      const rest = wrong.map(inWords).join('; ') || 'it came too late'
      return {
        tookMs,
        violations: [violation('I6', `not true again after ${Math.round(tookMs)} ms: ${rest}`), ...wrong],
      }
    }
    await delay(everyMs)
  }
}
