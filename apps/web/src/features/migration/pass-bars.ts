/** What the chart of a move's passes shows, from the figures that QEMU gave. Pure. */
import type { MovePass, MoveProgress } from '@berth/core/migration/move-progress'
import type { MoveView } from '@berth/core/migration/move-view'
import { formatBytes, formatDuration, formatRate, none, plural } from '../../lib/format.ts'

/** `pause`: it was sent while the machine stood still. */
type BarKind = 'done' | 'current' | 'pause'

export interface PassBar {
  number: number
  bytes: number
  ms: number
  kind: BarKind
  /** Of the pass that goes on: what it will have sent, as far as is known now. */
  expectedBytes: number
}

export interface PassBars {
  bars: readonly PassBar[]
  /** Those that do not fit, all of them earlier. */
  hiddenCount: number
  /** So much can be sent in the pause that is allowed: a pass that is smaller ends the move. Null before it is known. */
  fitsInPauseBytes: number | null
}

const mostBars = 40

type Figures = Pick<MoveView, 'progress' | 'report'>

/** Those of the report, unless its agent was restarted meanwhile and knows none; then the last that were told. */
export function passesOf({ progress, report }: Figures): readonly MovePass[] {
  return report !== null && report.passes.length > 0 ? report.passes : (progress?.passes ?? [])
}

export function passBars(figures: Figures): PassBars {
  const { progress, report } = figures
  const passes = passesOf(figures)
  const last = passes.at(-1)?.number
  const kindOf = ({ number }: MovePass): BarKind => {
    if (number !== last) return 'done'
    // After the last sync of dirty pages the processors stand still: what is sent then is the pause.
    return report === null && progress?.phase === 'memory' ? 'current' : 'pause'
  }
  const bars = passes.slice(-mostBars).map((pass): PassBar => {
    const kind = kindOf(pass)
    const left = kind === 'current' ? (progress?.remainingBytes ?? 0) : 0
    return { ...pass, kind, expectedBytes: pass.bytes + left }
  })
  return { bars, hiddenCount: passes.length - bars.length, fitsInPauseBytes: fitsInPause(progress) }
}

function fitsInPause(progress: MoveProgress | null): number | null {
  if (progress === null || progress.throughputBytesPerSecond === 0) return null
  return (progress.throughputBytesPerSecond * progress.downtimeLimitMs) / 1000
}

/** The chart in one sentence, for whoever does not see it. */
export function passesText(passes: readonly MovePass[]): string {
  const [first] = passes
  const last = passes.at(-1)
  if (first === undefined || last === undefined) return 'No pass has begun yet'
  if (last.number === 1) return `Pass 1: ${formatBytes(first.bytes)} so far`
  return `${plural(last.number, 'pass', 'passes')}: ${formatBytes(first.bytes)} in pass ${first.number}, ${formatBytes(last.bytes)} in pass ${last.number}`
}

export interface PassRow {
  number: number
  bytes: string
  time: string
  rate: string
}

export function passRow({ number, bytes, ms }: MovePass): PassRow {
  return {
    number,
    bytes: formatBytes(bytes),
    time: formatDuration(ms),
    rate: ms === 0 ? none : formatRate((bytes * 1000) / ms),
  }
}
