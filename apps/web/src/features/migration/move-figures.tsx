import { cn } from '@berth/ui/cn'
import type { MoveProgress } from '@berth/core/migration/move-progress'
import type { ReactNode } from 'react'
import { formatBytes, formatDuration, formatPercent, formatRate } from '../../lib/format.ts'
import { Figure, NotMeasured } from './figure.tsx'
import { paceText } from './move-words.ts'

const notSent = 'Nothing is sent yet'
const afterFirstPass = 'QEMU measures it from the end of the first pass on'

/** QEMU's own figures while a move works. `isOver`: they are the last that were heard. */
export function MoveFigures({ progress, isOver }: { progress: MoveProgress | null; isOver: boolean }) {
  return (
    <div className="flex min-w-0 flex-col gap-5">
      <ExpectedPause progress={progress} />
      <Rates progress={progress}>{progress && !isOver && paceText(progress)}</Rates>
      <dl className="grid grid-cols-2 gap-x-4 gap-y-3 @lg:grid-cols-4 @2xl:grid-cols-2">
        <Figure name="Elapsed" value={progress && formatDuration(progress.elapsedMs)} why={notSent} />
        <Figure
          name="Guest slowed by"
          value={progress && formatPercent(progress.throttlePercent / 100)}
          why={notSent}
        />
        <Figure name="Sent" value={progress && formatBytes(progress.transferredBytes)} why={notSent} />
        <Figure
          name="Left"
          value={progress && `${formatBytes(progress.remainingBytes)} of ${formatBytes(progress.totalBytes)}`}
          why={notSent}
        />
      </dl>
    </div>
  )
}

function ExpectedPause({ progress }: { progress: MoveProgress | null }) {
  const expected = progress?.expectedDowntimeMs ?? null
  const limit = progress?.downtimeLimitMs ?? null
  const fits = expected !== null && limit !== null && expected <= limit
  const top = 1.15 * Math.max(expected ?? 0, limit ?? 1)
  return (
    <section aria-label="Expected pause" className="flex flex-col gap-1.5">
      <div className="flex items-baseline justify-between gap-3 text-sm">
        <h3 className="font-medium">Pause, if it came now</h3>
        <span className="text-ink-2 text-xs">
          {expected === null ? (
            <NotMeasured why={progress ? afterFirstPass : notSent} />
          ) : (
            `about ${formatDuration(expected)}`
          )}
          {limit !== null && ` · allowed ${formatDuration(limit)}`}
        </span>
      </div>
      <div aria-hidden className="bg-pressed relative h-2 rounded-full">
        <div
          className={cn('h-full rounded-full transition-[width] duration-300', fits ? 'bg-ok' : 'bg-chart-3')}
          style={{ width: `${((expected ?? 0) / top) * 100}%` }}
        />
        {limit !== null && (
          <span
            className="bg-ink absolute -top-1 -bottom-1 w-0.5 rounded-full"
            style={{ left: `${(limit / top) * 100}%` }}
          />
        )}
      </div>
    </section>
  )
}

interface RatesProps {
  progress: MoveProgress | null
  /** A sentence below them. */
  children: ReactNode
}

function Rates({ progress, children }: RatesProps) {
  const sent = progress?.throughputBytesPerSecond ?? null
  const written = progress?.dirtyBytesPerSecond ?? null
  const top = Math.max(1, sent ?? 0, written ?? 0)
  return (
    <section aria-label="Rates" className="flex flex-col gap-2">
      <Rate name="Memory is sent" value={sent} top={top} fill="bg-chart-1" why={notSent} />
      <Rate
        name="The guest writes anew"
        value={written}
        top={top}
        fill="bg-chart-4"
        why={progress ? afterFirstPass : notSent}
      />
      {children && <p className="text-ink-3 text-xs">{children}</p>}
    </section>
  )
}

interface RateProps {
  name: string
  value: number | null
  top: number
  fill: string
  why: string
}

function Rate({ name, value, top, fill, why }: RateProps) {
  return (
    <div className="flex flex-col gap-1">
      <div className="flex items-baseline justify-between gap-3 text-sm">
        <h3 className="font-medium">{name}</h3>
        <span className="text-ink-2 text-xs">{value === null ? <NotMeasured why={why} /> : formatRate(value)}</span>
      </div>
      <div aria-hidden className="bg-pressed h-2 overflow-hidden rounded-full">
        <div
          className={cn('h-full rounded-full transition-[width] duration-300', fill)}
          style={{ width: `${((value ?? 0) / top) * 100}%` }}
        />
      </div>
    </div>
  )
}
