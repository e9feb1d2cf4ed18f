/**
 * Whether a machine's QEMU answers. Looked at with every round of the sampler, which asks each QEMU something; nothing is
 * asked for this alone. A process that is stopped, or hangs on its storage, keeps its state and is silent beside it: it may
 * come back as it was.
 *
 * Owns nothing: the time is the link's, or of the actor whose process was found and never answered.
 */
import type { VmActor } from './vm-actor.ts'

/** Longer than a QEMU is busy with one thing while it is well: opening an image, resetting a large guest under load. */
const silentAfterMs = 8_000

/** Since when it is silent, as ISO; null while it answers, is only slow, or is off. */
export function silenceOf(actor: Pick<VmActor, 'machine' | 'silentFromMs'>, nowMs: number): string | null {
  const sinceMs = actor.machine === undefined ? actor.silentFromMs : actor.machine.qmp.unansweredSinceMs
  return sinceMs === undefined || nowMs - sinceMs < silentAfterMs ? null : new Date(sinceMs).toISOString()
}
