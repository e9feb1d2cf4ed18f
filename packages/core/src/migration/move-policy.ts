/**
 * How far a move may go to end: a ladder of what is done to the guest when memory passes no longer get smaller. The pauses
 * are oVirt's, which has tried them on many machines.
 */
import { z } from 'zod'

export const movePolicySchema = z.enum(['shortest-pause', 'pause-if-needed', 'slow-down', 'post-copy', 'very-large'])
export type MovePolicy = z.infer<typeof movePolicySchema>
/** Of a machine of which nobody has said another. */
export const usualMovePolicy = 'pause-if-needed' satisfies MovePolicy

/** What is done on a rung. */
export const ladderActionSchema = z.discriminatedUnion('kind', [
  /** The longest pause that is allowed from then on. */
  z.object({ kind: z.literal('allow'), downtimeLimitMs: z.int().positive() }),
  /** QEMU takes up to so much of their time from the guest's processors (auto-converge). */
  z.object({ kind: z.literal('slow'), throttlePercent: z.int().min(1).max(99) }),
  /** The machine runs on the other host at once, and its memory follows (post-copy). There is no way back from here. */
  z.object({ kind: z.literal('switch') }),
])
export type LadderAction = z.infer<typeof ladderActionSchema>

export interface Rung {
  /** This many passes without getting smaller, since the last rung. */
  readonly stalledPasses: number
  readonly action: LadderAction
}

export interface MoveLadder {
  readonly firstDowntimeLimitMs: number
  readonly rungs: readonly Rung[]
}

const pause = (stalledPasses: number, downtimeLimitMs: number): Rung => ({
  stalledPasses,
  action: { kind: 'allow', downtimeLimitMs },
})
const slow = (stalledPasses: number, throttlePercent: number): Rung => ({
  stalledPasses,
  action: { kind: 'slow', throttlePercent },
})

const shortRungs: readonly Rung[] = [pause(1, 150), pause(2, 200), pause(3, 300), pause(4, 400), pause(6, 500)]

/** After the last rung a move that still does not end is given up: the machine runs on where it is. */
export const moveLadders: Readonly<Record<MovePolicy, MoveLadder>> = {
  'shortest-pause': { firstDowntimeLimitMs: 100, rungs: shortRungs },
  'pause-if-needed': { firstDowntimeLimitMs: 100, rungs: [...shortRungs, pause(6, 5_000)] },
  'slow-down': {
    firstDowntimeLimitMs: 100,
    // QEMU judges once a second at most, and slows the guest when it has found twice that passes get no smaller.
    rungs: [pause(1, 150), pause(2, 200), slow(1, 30), slow(3, 60), slow(3, 85), slow(3, 99), pause(4, 500)],
  },
  'post-copy': {
    firstDowntimeLimitMs: 100,
    rungs: [pause(1, 150), pause(2, 200), { stalledPasses: 3, action: { kind: 'switch' } }],
  },
  'very-large': {
    firstDowntimeLimitMs: 300,
    rungs: [pause(1, 500), pause(2, 800), pause(3, 1_000), pause(4, 1_500), pause(6, 5_000)],
  },
}

/** The one that was chosen; else the machine's own, and the usual one where that cannot be: disks that travel allow no early switch. */
export function policyFor(
  { movePolicy }: { readonly movePolicy: MovePolicy },
  { chosen, hasFreight }: { readonly chosen: MovePolicy | undefined; readonly hasFreight: boolean },
): MovePolicy {
  if (chosen !== undefined) return chosen
  return hasFreight && policyMay(movePolicy, 'switch') ? usualMovePolicy : movePolicy
}

/** Whether the policy can come to an action of that kind at all: what both QEMUs must be set up for before they begin. */
export const policyMay = (policy: MovePolicy, kind: LadderAction['kind']): boolean =>
  moveLadders[policy].rungs.some(({ action }) => action.kind === kind)
