import { Ban, Check, Minus, TriangleAlert, Undo2, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { cn } from './cn.ts'
import { Spinner } from './spinner.tsx'

export type StepState =
  'waiting' | 'running' | 'done' | 'failed' | 'skipped' | 'undoing' | 'undone' | 'cancelled' | 'interrupted'

export interface StepItem {
  id: string
  title: ReactNode
  state: StepState
  /** Right: duration, percent. */
  meta?: ReactNode
  /** Below: message, progress bar, log. */
  detail?: ReactNode
}

const words: Record<StepState, string> = {
  waiting: 'waiting',
  running: 'running',
  done: 'done',
  failed: 'failed',
  skipped: 'skipped',
  undoing: 'being undone',
  undone: 'undone',
  cancelled: 'cancelled',
  interrupted: 'interrupted, outcome unknown',
}

/** The steps of something long, in order; the one that runs is marked as current. */
export function StepList({ steps, label }: { steps: readonly StepItem[]; label: string }) {
  return (
    <ol aria-label={label} className="flex flex-col">
      {steps.map((step, index) => (
        <li
          key={step.id}
          {...(step.state === 'running' ? { 'aria-current': 'step' } : {})}
          className="relative flex gap-3 pb-4 last:pb-0"
        >
          {index < steps.length - 1 && <span aria-hidden className="bg-line absolute top-6 bottom-0.5 left-2.5 w-px" />}
          <Mark state={step.state} />
          <div className="min-w-0 flex-1">
            <div className="flex items-baseline justify-between gap-3 text-sm">
              <span
                className={cn(
                  step.state === 'waiting' || step.state === 'skipped' ? 'text-ink-3' : 'text-ink',
                  step.state === 'running' && 'font-medium',
                )}
              >
                {step.title}
                <span className="sr-only">, {words[step.state]}</span>
              </span>
              {step.meta !== undefined && <span className="text-ink-3 shrink-0 text-xs">{step.meta}</span>}
            </div>
            {step.detail !== undefined && (
              <div className="text-ink-2 mt-1 text-xs [overflow-wrap:anywhere]">{step.detail}</div>
            )}
          </div>
        </li>
      ))}
    </ol>
  )
}

function Mark({ state }: { state: StepState }) {
  const circle = 'grid size-5 shrink-0 place-items-center rounded-full [&_svg]:size-3'
  switch (state) {
    case 'done':
      return (
        <span className={cn(circle, 'bg-ok-soft text-ok-ink')}>
          <Check aria-hidden strokeWidth={3} />
        </span>
      )
    case 'failed':
      return (
        <span className={cn(circle, 'bg-bad-soft text-bad-ink')}>
          <X aria-hidden strokeWidth={3} />
        </span>
      )
    case 'interrupted':
      return (
        <span className={cn(circle, 'bg-warn-soft text-warn-ink')}>
          <TriangleAlert aria-hidden />
        </span>
      )
    case 'undone':
      return (
        <span className={cn(circle, 'bg-pressed text-ink-2')}>
          <Undo2 aria-hidden />
        </span>
      )
    case 'cancelled':
      return (
        <span className={cn(circle, 'bg-pressed text-ink-2')}>
          <Ban aria-hidden />
        </span>
      )
    case 'skipped':
      return (
        <span className={cn(circle, 'bg-pressed text-ink-3')}>
          <Minus aria-hidden />
        </span>
      )
    case 'running':
    case 'undoing':
      return (
        <span className={cn(circle, 'text-focus')}>
          <Spinner className="size-4.5!" />
        </span>
      )
    case 'waiting':
      return (
        <span className={cn(circle)}>
          <span className="border-line-control size-2.5 rounded-full border-[1.5px]" />
        </span>
      )
  }
}
