/** What a policy does to the guest, in an administrator's words: before the move, while it climbs its ladder, and afterwards. */
import { footOfLadder, nextRung, type NextRung } from '@berth/core/migration/downtime-ladder'
import { type LadderAction, moveLadders, type MovePolicy } from '@berth/core/migration/move-policy'
import type { LadderStep, MoveProgress } from '@berth/core/migration/move-progress'
import { formatBytes, formatDuration, formatPercent, plural } from '../../lib/format.ts'

interface PolicyWords {
  title: string
  /** The ladder in a sentence, with its own numbers. */
  steps: string
  /** What people and programs that use the machine may see of it. */
  notice: string
}

export function policyWords(policy: MovePolicy): PolicyWords {
  const { firstDowntimeLimitMs, rungs } = moveLadders[policy]
  const limits = rungs.flatMap(({ action }) => (action.kind === 'allow' ? [action.downtimeLimitMs] : []))
  const first = formatDuration(firstDowntimeLimitMs)
  const last = formatDuration(limits.at(-1) ?? firstDowntimeLimitMs)
  const beforeLast = formatDuration(limits.at(-2) ?? firstDowntimeLimitMs)
  switch (policy) {
    case 'shortest-pause':
      return {
        title: 'Shortest pause',
        steps: `A pause of at most ${first}, up to ${last} if it must. Where that is not enough, it gives up.`,
        notice: 'The pause breaks no connection. A game or a call may stutter once; most programs notice nothing.',
      }
    case 'pause-if-needed':
      return {
        title: 'Pause if needed',
        steps: `A pause of at most ${first}, up to ${beforeLast} if it must, and ${last} as the last resort.`,
        notice:
          'The pause breaks no connection. In the worst case it hangs for seconds: what checks it by the second may call it dead.',
      }
    case 'slow-down':
      return {
        title: 'Slow the guest down',
        steps: `A guest that writes too fast is given less processor time, ${slowSteps(policy)}, until it fits into a pause of at most ${last}.`,
        notice:
          'Everything in it gets slower for as long as the move takes. No long pause, and a way back at any moment.',
      }
    case 'post-copy':
      return {
        title: 'Switch early (post-copy)',
        steps: `A pause of at most ${first}, up to ${last} if it must. Where that is not enough, it runs on the other host at once and its memory follows.`,
        notice:
          'Always ends. Until all has followed it is slow at first touch, and it needs both hosts: one that dies takes the machine’s memory with it.',
      }
    case 'very-large':
      return {
        title: 'Very large',
        steps: `For much memory that changes fast: a pause of at most ${first}, in steps up to ${last}.`,
        notice: 'The pause breaks no connection. A short hang is likely; clusters should tolerate a few seconds.',
      }
  }
}

function slowSteps(policy: MovePolicy): string {
  const shares = moveLadders[policy].rungs.flatMap(({ action }) =>
    action.kind === 'slow' ? [`${action.throttlePercent}`] : [],
  )
  return `by ${shares.slice(0, -1).join(', ')} and at last ${shares.at(-1) ?? ''} %`
}

/** What the policy does when passes do not get smaller; null once it will do nothing more. */
export function nextStepText(
  policy: MovePolicy,
  { ladder, downtimeLimitMs }: Pick<MoveProgress, 'ladder' | 'downtimeLimitMs'>,
): string | null {
  // Agents of an earlier version tell the limit only; they know no policy that does anything but allow more.
  const next = ladder === undefined ? nextAbove(policy, downtimeLimitMs) : ladder.next
  if (next === null) return null
  const passes = next.passesLeft === 1 ? 'one more pass that gets' : `${next.passesLeft} more passes that get`
  return `Next, after ${passes} no smaller: ${nextWords(next.action)}.`
}

function nextAbove(policy: MovePolicy, downtimeLimitMs: number): NextRung {
  const { rungs } = moveLadders[policy]
  const isAbove = ({ action }: { action: LadderAction }) =>
    action.kind === 'allow' && action.downtimeLimitMs > downtimeLimitMs
  const climbed = rungs.findIndex(isAbove)
  return nextRung(moveLadders[policy], { ...footOfLadder, climbed: climbed < 0 ? rungs.length : climbed })
}

function nextWords(action: NextRung['action']): string {
  switch (action.kind) {
    case 'allow':
      return `a pause of up to ${formatDuration(action.downtimeLimitMs)} is allowed`
    case 'slow':
      return `the guest is slowed down by up to ${formatPercent(action.throttlePercent / 100)}`
    case 'switch':
      return 'the machine is switched over at once, and its memory follows'
    case 'give-up':
      return 'the move is given up, and the machine stays'
  }
}

export interface LadderLine {
  what: string
  why: string
}

/** One step that was taken, as the log has it. */
export function ladderLine({ action, pass, stalledPasses, passBytes }: LadderStep): LadderLine {
  return {
    what: doneWords(action),
    why: `pass ${pass} had ${formatBytes(passBytes)} to send: ${plural(stalledPasses, 'pass', 'passes')} in a row no smaller`,
  }
}

function doneWords(action: LadderAction): string {
  switch (action.kind) {
    case 'allow':
      return `A pause of up to ${formatDuration(action.downtimeLimitMs)} allowed`
    case 'slow':
      return `Guest slowed down by up to ${formatPercent(action.throttlePercent / 100)}`
    case 'switch':
      return 'Switched over early; the memory follows'
  }
}
