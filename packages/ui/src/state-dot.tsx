import type { ReactNode } from 'react'
import { cn } from './cn.ts'

export type StateKind = 'on' | 'off' | 'busy' | 'paused' | 'warn' | 'failed' | 'unknown'

const looks: Record<StateKind, { color: string; shape: ReactNode }> = {
  on: { color: 'text-ok', shape: <circle cx="6" cy="6" r="4.25" fill="currentColor" /> },
  off: {
    color: 'text-idle',
    shape: <rect x="2.5" y="2.5" width="7" height="7" rx="1.5" fill="none" stroke="currentColor" strokeWidth="1.75" />,
  },
  busy: {
    color: 'text-focus',
    shape: (
      <g className="origin-center animate-spin">
        <circle cx="6" cy="6" r="4" fill="none" stroke="currentColor" strokeOpacity="0.3" strokeWidth="2" />
        <path d="M6 2a4 4 0 0 1 4 4" fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" />
      </g>
    ),
  },
  paused: {
    color: 'text-warn',
    shape: (
      <g fill="currentColor">
        <rect x="2.25" y="2" width="2.75" height="8" rx="1" />
        <rect x="7" y="2" width="2.75" height="8" rx="1" />
      </g>
    ),
  },
  warn: { color: 'text-warn', shape: <path d="M6 1.5 11 10.25H1Z" fill="currentColor" strokeLinejoin="round" /> },
  failed: {
    color: 'text-bad',
    shape: <path d="M2.75 2.75l6.5 6.5m0-6.5-6.5 6.5" stroke="currentColor" strokeWidth="2.5" strokeLinecap="round" />,
  },
  unknown: {
    color: 'text-idle',
    shape: (
      <circle cx="6" cy="6" r="4" fill="none" stroke="currentColor" strokeWidth="1.75" strokeDasharray="2.1 2.1" />
    ),
  },
}

export interface StateDotProps {
  kind: StateKind
  /** The state in a word; colour and shape never stand alone. */
  label: string
  /** Keeps the word for screen readers only, where the column or the heading says it already. */
  hideLabel?: boolean | undefined
  className?: string | undefined
}

export function StateDot({ kind, label, hideLabel = false, className }: StateDotProps) {
  const { color, shape } = looks[kind]
  return (
    <span className={cn('inline-flex items-center gap-2 whitespace-nowrap', className)}>
      <svg viewBox="0 0 12 12" aria-hidden className={cn('size-3 shrink-0', color)}>
        {shape}
      </svg>
      <span className={cn(hideLabel && 'sr-only')}>{label}</span>
    </span>
  )
}
