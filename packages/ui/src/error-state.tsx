'use client'
import { CircleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { Button } from './button.tsx'
import { CopyButton } from './copy-button.tsx'
import { EmptyState } from './empty-state.tsx'

export interface ErrorStateProps {
  title: ReactNode
  /** The cause and the remedy, in a sentence. */
  children?: ReactNode
  /** Machine-readable: what to quote in a report. */
  code?: string | undefined
  onRetry?: (() => void) | undefined
  retrying?: boolean | undefined
  className?: string | undefined
}

export function ErrorState({ title, children, code, onRetry, retrying = false, className }: ErrorStateProps) {
  return (
    <div role="alert" className={className}>
      <EmptyState
        icon={<CircleAlert className="text-bad" />}
        title={title}
        action={
          onRetry ? (
            <Button onClick={onRetry} pending={retrying}>
              Try again
            </Button>
          ) : undefined
        }
      >
        {children}
        {code !== undefined && (
          <p className="text-ink-3 mt-2 flex items-center justify-center gap-1 font-mono text-xs">
            {code}
            <CopyButton text={code} label="Copy error code" />
          </p>
        )}
      </EmptyState>
    </div>
  )
}
