/** What ping heard of a guest around its switch to another host, as one number. Pure; all times are the wall clock's, in ms. */
import type { NetworkSilence } from '@berth/core/migration/move-progress'

export interface SwitchTimes {
  /** The guest stood, as soon as this was seen: it may have stood a little before. */
  readonly stoppedAtMs: number
  /** The other host has said that it runs there. */
  readonly takenAtMs: number
  /** Nobody listens any more. */
  readonly endedAtMs: number
}

export interface Heard {
  /** When each answer came, in that order. */
  readonly repliesMs: readonly number[]
  readonly times: SwitchTimes
  readonly everyMs: number
}

/** When an answer came, by a line that ping writes with -D; undefined for every other line. */
export function replyTimeOf(line: string): number | undefined {
  const seconds = /^\[(\d+\.\d+)\] \d+ bytes from /.exec(line)?.[1]
  return seconds === undefined ? undefined : Number(seconds) * 1_000
}

/**
 * The longest time between two answers of which the later one came after the guest's STOP. Any answer between them would be
 * of the guest before or after the switch, so its pause, and the time until the network has found it again, lie in it.
 */
export function silenceAround({ repliesMs, times, everyMs }: Heard): NetworkSilence {
  const { stoppedAtMs, takenAtMs, endedAtMs } = times
  const before = repliesMs.findLast((at) => at <= stoppedAtMs)
  const since = repliesMs.filter((at) => at > stoppedAtMs)
  const last = since.at(-1)
  if (before === undefined) return unheard('It answered no ping before the switch.')
  const listenedText = `${secondsText(endedAtMs - takenAtMs)} after the other host had taken it`
  if (last === undefined || last < takenAtMs) return unheard(`It answered no ping within ${listenedText}.`)
  const longestMs = Math.max(...since.map((at, index) => at - (since[index - 1] ?? before)))
  // It answered, and then no more: how long that lasts, nobody waits for.
  if (endedAtMs - last > Math.max(longestMs, goneMs))
    return unheard(`It answered after the switch, and no more ${listenedText}.`)
  return { kind: 'measured', silentMs: Math.round(longestMs), everyMs }
}

const goneMs = 1_000

export const unheard = (reason: string): NetworkSilence => ({ kind: 'unheard', reason })

const secondsText = (ms: number): string => `${Math.max(0, Math.round(ms / 100) / 10)} s`
