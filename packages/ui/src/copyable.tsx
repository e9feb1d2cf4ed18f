import type { ReactNode } from 'react'
import { cn } from './cn.ts'
import { CopyButton } from './copy-button.tsx'

export interface CopyableProps {
  /** What goes to the clipboard. */
  text: string
  /** What is shown, where it is shorter. */
  children?: ReactNode
  label?: string | undefined
  mono?: boolean | undefined
  className?: string | undefined
}

/** An id or an address with its copy button, which shows on hover, on focus, and always on touch screens. */
export function Copyable({ text, children, label, mono = true, className }: CopyableProps) {
  return (
    <span className={cn('group/copy inline-flex max-w-full items-center gap-0.5', className)}>
      <span className={cn('truncate', mono && 'font-mono text-xs')}>{children ?? text}</span>
      <CopyButton
        text={text}
        label={label ?? `Copy ${text}`}
        className="size-6 group-focus-within/copy:opacity-100 group-hover/copy:opacity-100 pointer-fine:opacity-0"
      />
    </span>
  )
}
