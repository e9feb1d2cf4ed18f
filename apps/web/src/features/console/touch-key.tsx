import { cn } from '@berth/ui/cn'
import type { ReactNode } from 'react'

export interface TouchKeyProps {
  label: string
  isHeld?: boolean | undefined
  onPress: () => void
  children: ReactNode
}

/** A key of the row below a console. It takes no focus, so that an open on-screen keyboard stays open. */
export function TouchKey({ label, isHeld, onPress, children }: TouchKeyProps) {
  return (
    <button
      type="button"
      aria-label={label}
      {...(isHeld === undefined ? {} : { 'aria-pressed': isHeld })}
      onPointerDown={(event) => event.preventDefault()}
      onClick={onPress}
      className={cn(
        'border-line inline-flex h-10 min-w-11 shrink-0 items-center justify-center rounded-md border px-2.5 text-sm font-medium select-none',
        isHeld ? 'border-accent bg-accent-soft text-accent-ink' : 'bg-surface active:bg-pressed',
      )}
    >
      {children}
    </button>
  )
}
