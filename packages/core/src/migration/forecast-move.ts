/**
 * Plays a move through before it is made: pass by pass as QEMU's migration thread works (7.2), up the policy's ladder as
 * the agent climbs it. Pure: the same measurement gives the same forecast, in the panel and in the browser.
 *
 * QEMU sends what is dirty until what is left fits in the pause that is allowed (throughput × limit), then collects what
 * was written meanwhile. Fits that in the pause, too, it stops the guest and sends it; else the next pass begins. A cap on the
 * bandwidth holds for passes, not for the pause.
 */
import { dirtyBytesAfter, dirtyCurve, type DirtyCurve } from './dirty-curve.ts'
import { afterPass, footOfLadder, type LadderAdvice, type LadderPlace } from './downtime-ladder.ts'
import type { DirtySample, ForecastRange, MoveForecast, MoveMeasurement } from './move-forecast.ts'
import { moveLadders, type MovePolicy } from './move-policy.ts'
import type { MovePass } from './move-progress.ts'

export interface MoveWish {
  readonly policy: MovePolicy
  /** Null: as fast as the path is. */
  readonly capBytesPerSecond: number | null
  /** Of disks that travel: copied first, over the same link. Absent: none do. */
  readonly diskBytes?: number
}

/** QEMU connects, shakes hands and turns on the logging of writes. */
const setUpMs = 120
/** Between the last byte and the first instruction on the target: devices, two records on disk, `cont`. */
const handOverMs = 80
/** Of the machine besides its memory, sent with the first pass: firmware, video memory. */
const otherBytes = 768 * 1024
/** Passes differ by as much from one to the next: a smaller one by less is none that gets anywhere. */
const noise = 0.04
/** The pause of post-copy: devices and the list of pages that are missing; its memory follows while it runs. */
const switchMs = 150
/** What a glance at a page of zeros costs. */
const zeroPageMs = 0.0012
/** QEMU looks whether a pass is over each 50 ms, and so seldom stops at the mark. */
const lookMs = 50
/** Under a cap it sends a tenth of a second's share at once, and then sleeps: no pass is shorter. */
const windowMs = 100
/** So long that whatever is written again and again has been. */
const longMs = 30_000
/** One that is longer than anybody waits for. */
const mostPasses = 2_000
const mostMs = 24 * 3_600_000
const shownPasses = 60

/** How far a figure may be off: one stream's throughput between two seconds, and the machine's own habits. */
const pathError = 0.2
const cappedError = 0.03
const habitError = 0.1
/** Disks are read and written besides being sent, and nobody has measured how fast. */
const diskError = 0.5

interface Played {
  readonly hasEnded: boolean
  readonly totalMs: number
  readonly pauseMs: number
  readonly transferredBytes: number
  readonly passes: readonly MovePass[]
  readonly passCount: number
}

export function forecastMove(measured: MoveMeasurement, wish: MoveWish): MoveForecast {
  const { dirty, path } = measured
  const { policy, capBytesPerSecond: cap, diskBytes = 0 } = wish
  const isCapped = cap !== null && cap < path.bytesPerSecond * (1 - pathError)
  const linkError = isCapped ? cappedError : pathError
  const changeError = sampleError(dirty) + habitError
  const play = ([changeShare, linkShare, overlap]: readonly [number, number, number]): Played => {
    const link = path.bytesPerSecond * linkShare
    return playMove({
      ...{ dirty, policy, overlap, curve: dirtyCurve(dirty, changeShare) },
      ...{ link, speed: cap === null ? link : Math.min(link, cap * (isCapped ? linkShare : 1)) },
    })
  }
  const likely = play([1, 1, 0.5])
  const good = play([Math.max(0, 1 - changeError), 1 + linkError, 1])
  const bad = play([1 + changeError, 1 - linkError, 0])
  const speed = cap === null ? path.bytesPerSecond : Math.min(path.bytesPerSecond, cap)
  const diskMs = (diskBytes / speed) * 1_000
  const disksMs = [diskMs, diskMs / (1 + linkError), diskMs * (1 + diskError)] as const
  return {
    ...{ at: dirty.at, policy, ends: endsOf(likely, good, bad) },
    totalMs: rangeOf([likely, good, bad].map(({ totalMs }, index) => totalMs + (disksMs[index] ?? 0))),
    ...(diskBytes > 0 && { diskBytes, diskMs: rangeOf(disksMs) }),
    pauseMs: rangeOf([likely.pauseMs, good.pauseMs, bad.pauseMs]),
    transferredBytes: likely.transferredBytes,
    passCount: likely.passCount,
    passes: [...likely.passes],
    throughputBytesPerSecond: speed,
    dirtyBytesPerSecond: dirtyBytesAfter(dirtyCurve(dirty), 1_000),
  }
}

function endsOf(likely: Played, good: Played, bad: Played): MoveForecast['ends'] {
  if (likely.hasEnded && bad.hasEnded) return 'yes'
  return likely.hasEnded || good.hasEnded ? 'unsure' : 'no'
}

const rangeOf = ([likely = 0, ...others]: readonly number[]): ForecastRange => ({
  likely,
  low: Math.min(likely, ...others),
  high: Math.max(likely, ...others),
})

/** 90 of 100 samples are off by less than this share: by how many of the pages that were looked at had changed. */
function sampleError({ changes, sampledPages, memoryBytes }: DirtySample): number {
  const most = Math.max(0, ...changes.map(({ dirtyBytes }) => dirtyBytes))
  const hits = (most / memoryBytes) * sampledPages
  return hits < 1 ? 0.5 : Math.min(0.5, 1.64 / Math.sqrt(hits))
}

interface Play {
  readonly dirty: DirtySample
  readonly policy: MovePolicy
  readonly curve: DirtyCurve
  /** Bytes per second in passes, and in the pause, which knows no cap. */
  readonly speed: number
  readonly link: number
  /**
   * Of the pages that were left over and written again, how many as chance has it: a guest that sweeps over its memory comes to
   * them last, one that writes at random does not care.
   */
  readonly overlap: number
}

interface Moment {
  readonly place: LadderPlace
  readonly limitMs: number
  /** The share of their time that the guest's processors keep. */
  readonly pace: number
  /** What is dirty. */
  readonly left: number
}

function playMove(play: Play): Played {
  const { dirty, link, speed, policy } = play
  const ladder = moveLadders[policy]
  const passes: MovePass[] = []
  let [totalMs, transferredBytes, passCount] = [setUpMs, 0, 0]
  const note = (bytes: number, ms: number): void => {
    passCount++
    transferredBytes += bytes
    totalMs += ms
    if (passes.length < shownPasses) passes.push({ number: passCount, bytes: Math.round(bytes), ms: Math.round(ms) })
  }
  const played = (hasEnded: boolean, pauseMs: number): Played => ({
    ...{ hasEnded, totalMs, pauseMs, transferredBytes, passes, passCount },
  })
  let now: Moment = { place: footOfLadder, limitMs: ladder.firstDowntimeLimitMs, pace: 1, left: dirty.memoryBytes }
  for (;;) {
    // The ladder is climbed when a pass has begun: a rung that is high enough ends the move with that pass.
    const { place, advice } = afterPass(ladder, now.place, { dirtyBytes: asSeen(now), elapsedMs: totalMs })
    const lastMs = now.left / (link / 1_000) + handOverMs
    if (advice.kind === 'give-up' || passCount >= mostPasses || totalMs > mostMs) return played(false, lastMs)
    if (advice.kind === 'switch') {
      note(now.left, now.left / (speed / 1_000))
      return played(true, switchMs)
    }
    now = { ...now, place, ...changeOf(advice) }
    const pass = nextPass(play, now, passCount === 0)
    note(pass.bytes, pass.ms)
    now = { ...now, left: pass.left }
    if (now.left > fitsInPause(play, now)) continue
    const pauseMs = now.left / (link / 1_000) + handOverMs
    note(now.left, pauseMs)
    return played(true, pauseMs)
  }
}

/** What the ladder would see: no pass comes out twice to the byte, so creeping down looks like standing. */
function asSeen({ left, place: { smallestBytes } }: Moment): number {
  return smallestBytes !== null && left > smallestBytes * (1 - noise) ? Math.max(left, smallestBytes) : left
}

const changeOf = (advice: Exclude<LadderAdvice, { kind: 'give-up' | 'switch' }>): Partial<Moment> => {
  switch (advice.kind) {
    case 'go-on':
      return {}
    case 'allow':
      return { limitMs: advice.downtimeLimitMs }
    case 'slow':
      return { pace: 1 - advice.throttlePercent / 100 }
  }
}

const fitsInPause = ({ speed }: Play, { limitMs }: Moment): number => (speed / 1_000) * limitMs

/** What a pass sends, and what is dirty after it: written meanwhile, or kept because it fits in the pause anyway. */
function nextPass(play: Play, now: Moment, isFirst: boolean): { bytes: number; ms: number; left: number } {
  const { dirty, curve, speed, overlap } = play
  const { memoryBytes, usedBytes, pageBytes } = dirty
  const { left, pace } = now
  const perMs = speed / 1_000
  const isCapped = speed < play.link
  const pieceMs = isCapped ? windowMs : lookMs
  const pieces = Math.max(1, Math.ceil((left - fitsInPause(play, now)) / (perMs * pieceMs)))
  const sent = Math.min(left, pieces * perMs * pieceMs)
  const kept = left - sent
  const bytes = isFirst ? usedBytes * (sent / left) + otherBytes : sent
  const zerosMs = isFirst ? ((memoryBytes - usedBytes) / pageBytes) * zeroPageMs : 0
  const ms = isCapped && !isFirst ? pieces * pieceMs : bytes / perMs + zerosMs
  const written = dirtyBytesAfter(curve, ms * pace)
  const keptAndWritten = kept * Math.min(1, written / left) * overlap
  // More than the guest ever writes to cannot be dirty, once all of its memory was sent.
  const mostDirty = Math.min(memoryBytes, Math.max(left - sent, dirtyBytesAfter(curve, longMs)))
  return { bytes, ms, left: Math.min(mostDirty, written + kept - keptAndWritten) }
}
