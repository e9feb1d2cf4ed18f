import { cn } from '@berth/ui/cn'
import { Spinner } from '@berth/ui/spinner'
import type { MovePhase } from '@berth/core/migration/move-progress'
import { Check, Minus, X } from 'lucide-react'
import { phaseTitles } from './move-words.ts'

/** How the phase that is not over stands: `stopped` is one in which the move ended without arriving. */
export type PhaseEnd = 'running' | 'stopped' | 'failed' | 'done'

type Mark = 'done' | 'running' | 'failed' | 'stopped' | 'waiting'

const words: Readonly<Record<Mark, string>> = {
  done: 'done',
  running: 'now',
  failed: 'failed here',
  stopped: 'ended here',
  waiting: 'to come',
}

export interface PhaseStripProps {
  /** Those that the move has, in order. */
  phases: readonly MovePhase[]
  /** Null before the first has begun. */
  current: MovePhase | null
  end: PhaseEnd
}

/** The phases of a move in a row. */
export function PhaseStrip({ phases, current, end }: PhaseStripProps) {
  const at = current === null ? -1 : phases.indexOf(current)
  return (
    <ol aria-label="Phases" className="grid auto-cols-fr grid-flow-col">
      {phases.map((phase, index) => {
        const mark = markOf(index - at, end)
        return (
          <li
            key={phase}
            {...(mark === 'running' ? { 'aria-current': 'step' } : {})}
            className="relative flex flex-col items-center gap-1.5 text-center"
          >
            {index > 0 && (
              <span
                aria-hidden
                className={cn(
                  'absolute top-[0.6875rem] right-[calc(50%+1rem)] left-[calc(-50%+1rem)] h-0.5 rounded-full transition-colors duration-500',
                  mark === 'waiting' ? 'bg-line' : 'bg-accent',
                )}
              />
            )}
            <PhaseMark mark={mark} />
            <span
              className={cn(
                'text-2xs @md:text-xs',
                mark === 'waiting' ? 'text-ink-3' : 'text-ink',
                mark !== 'waiting' && mark !== 'done' && 'font-medium',
              )}
            >
              {phaseTitles[phase]}
              <span className="sr-only">, {words[mark]}</span>
            </span>
          </li>
        )
      })}
    </ol>
  )
}

function markOf(distance: number, end: PhaseEnd): Mark {
  if (distance < 0 || end === 'done') return 'done'
  return distance === 0 ? end : 'waiting'
}

function PhaseMark({ mark }: { mark: Mark }) {
  const circle = 'grid size-6 place-items-center rounded-full [&_svg]:size-3.5'
  switch (mark) {
    case 'done':
      return (
        <span className={cn(circle, 'bg-accent text-on-accent')}>
          <Check aria-hidden strokeWidth={3} />
        </span>
      )
    case 'running':
      return (
        <span className={cn(circle, 'border-accent bg-accent-soft text-accent-ink border-2')}>
          <Spinner className="size-3.5" />
        </span>
      )
    case 'failed':
      return (
        <span className={cn(circle, 'bg-bad-solid text-white')}>
          <X aria-hidden strokeWidth={3} />
        </span>
      )
    case 'stopped':
      return (
        <span className={cn(circle, 'bg-pressed text-ink-2')}>
          <Minus aria-hidden strokeWidth={3} />
        </span>
      )
    case 'waiting':
      return (
        <span className={circle}>
          <span className="border-line-control bg-surface size-3 rounded-full border-[1.5px]" />
        </span>
      )
  }
}
