import { cn } from '@berth/ui/cn'
import type { MoveView } from '@berth/core/migration/move-view'
import type { ReactNode } from 'react'
import { formatBytes, formatDuration } from '../../lib/format.ts'
import { type PassBar, passBars, passesOf, passesText } from './pass-bars.ts'
import { type PassScale, passScale } from './pass-scale.ts'
import { earlierPassesText } from './move-words.ts'

/** More than these have no room for their numbers. */
const mostLabels = 9

/**
 * Bytes of each pass over the memory. The dashed line is what can be sent within the pause that is allowed: as soon as
 * what is left is below it, the machine is switched over.
 */
export function PassChart({ move }: { move: MoveView }) {
  const { bars, hiddenCount, fitsInPauseBytes } = passBars(move)
  const scale = passScale([
    ...bars.map((bar) => bar.expectedBytes),
    ...(fitsInPauseBytes === null ? [] : [fitsInPauseBytes]),
  ])
  const hasLabels = bars.length <= mostLabels
  if (bars.length === 0) {
    return (
      <p className="border-line text-ink-3 grid h-52 place-items-center rounded-md border border-dashed text-xs">
        Nothing is sent yet
      </p>
    )
  }
  return (
    <figure className="flex min-w-0 flex-col gap-2">
      <div role="img" aria-label={passesText(passesOf(move))} className="flex h-56 gap-2 pt-5 pb-5">
        <Ticks scale={scale} />
        <div className="relative min-w-0 flex-1">
          {scale.ticks.map(({ bytes, share }) => (
            <span
              key={bytes}
              className={cn('absolute inset-x-0 h-px', share === 0 ? 'bg-line' : 'bg-line-soft')}
              style={{ bottom: `${share * 100}%` }}
            />
          ))}
          {fitsInPauseBytes !== null && (
            <span
              className="border-ink-2 absolute inset-x-0 z-10 border-t border-dashed transition-[bottom] duration-300"
              style={{ bottom: `${scale.shareOf(fitsInPauseBytes) * 100}%` }}
            />
          )}
          <div
            className={cn('absolute inset-0 flex items-end px-1', hasLabels ? 'gap-2 @md:gap-3' : 'gap-px @md:gap-1')}
          >
            {bars.map((bar) => (
              <Bar key={bar.number} bar={bar} scale={scale} hasLabel={hasLabels} />
            ))}
          </div>
        </div>
      </div>
      <figcaption className="text-ink-3 flex flex-wrap gap-x-4 gap-y-1 pl-16 text-xs">
        <Key className="bg-chart-1 size-2">sent while it runs</Key>
        {bars.some(({ kind }) => kind === 'pause') && <Key className="bg-chart-3 size-2">sent in the pause</Key>}
        {bars.some((bar) => bar.expectedBytes > bar.bytes) && (
          <Key className="bg-chart-1 size-2 opacity-25">left of this pass</Key>
        )}
        {fitsInPauseBytes !== null && (
          <Key className="border-ink-2 w-4 border-t border-dashed">
            fits in a pause of {formatDuration(move.progress?.downtimeLimitMs ?? 0)}
          </Key>
        )}
        {hiddenCount > 0 && <span>{earlierPassesText(hiddenCount)}</span>}
      </figcaption>
    </figure>
  )
}

function Ticks({ scale }: { scale: PassScale }) {
  return (
    <div className="text-2xs text-ink-3 relative w-14 shrink-0 text-right">
      {scale.ticks.map(({ bytes, text, share }) => (
        <span
          key={bytes}
          className="absolute right-0 translate-y-1/2 whitespace-nowrap"
          style={{ bottom: `${share * 100}%` }}
        >
          {text}
        </span>
      ))}
    </div>
  )
}

const fills: Readonly<Record<PassBar['kind'], string>> = {
  done: 'bg-chart-1',
  current: 'bg-chart-1',
  pause: 'bg-chart-3',
}

function Bar({ bar, scale, hasLabel }: { bar: PassBar; scale: PassScale; hasLabel: boolean }) {
  const whole = scale.shareOf(bar.expectedBytes)
  const sent = whole === 0 ? 0 : scale.shareOf(bar.bytes) / whole
  return (
    <span
      title={`Pass ${bar.number}: ${formatBytes(bar.bytes)} in ${formatDuration(bar.ms)}`}
      className="relative flex h-full max-w-16 min-w-0 flex-1 items-end"
    >
      {hasLabel && (
        <span className="text-2xs text-ink-3 absolute inset-x-0 top-full pt-0.5 text-center">{bar.number}</span>
      )}
      <span className="relative block w-full transition-[height] duration-300" style={{ height: `${whole * 100}%` }}>
        {hasLabel && (
          <span className="text-2xs text-ink-2 absolute inset-x-0 bottom-full flex justify-center pb-0.5 whitespace-nowrap">
            {formatBytes(bar.bytes)}
          </span>
        )}
        {bar.expectedBytes > bar.bytes && (
          <span className={cn('absolute inset-0 rounded-t-xs opacity-25', fills[bar.kind])} />
        )}
        <span
          className={cn('absolute inset-x-0 bottom-0 rounded-t-xs transition-[height] duration-300', fills[bar.kind])}
          style={{ height: `${sent * 100}%` }}
        />
      </span>
    </span>
  )
}

function Key({ className, children }: { className: string; children: ReactNode }) {
  return (
    <span className="inline-flex items-center gap-1.5">
      <span aria-hidden className={cn('rounded-xs', className)} />
      {children}
    </span>
  )
}
