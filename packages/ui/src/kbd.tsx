import type { ComponentProps } from 'react'
import { cn } from './cn.ts'

export function Kbd({ className, ...rest }: ComponentProps<'kbd'>) {
  return (
    <kbd
      {...rest}
      className={cn(
        'border-line bg-sunken text-2xs text-ink-2 inline-flex h-4.5 min-w-4.5 items-center justify-center rounded-xs border px-1 font-sans font-medium',
        className,
      )}
    />
  )
}
