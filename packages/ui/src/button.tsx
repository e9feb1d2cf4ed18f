'use client'
import * as Slot from 'radix-ui/slot'
import type { ComponentProps, MouseEvent, ReactNode } from 'react'
import { buttonClasses } from './button-classes.ts'
import { cn } from './cn.ts'
import { Spinner } from './spinner.tsx'
import { Tooltip } from './tooltip.tsx'

export interface ButtonProps extends ComponentProps<'button'> {
  variant?: 'primary' | 'secondary' | 'ghost' | 'danger' | 'danger-ghost' | 'link' | undefined
  size?: 'sm' | 'md' | 'lg' | undefined
  /** Shows a spinner and swallows clicks; keeps focus and width. */
  pending?: boolean | undefined
  /** Why it cannot be used now. It stays focusable, so that keyboard and screen reader users can read the reason. */
  disabledReason?: string | null | undefined
  /** Shown while the button can be used. */
  tooltip?: ReactNode
  /** Renders the single child (a link, say) with the button's looks. */
  asChild?: boolean | undefined
}

export function Button(props: ButtonProps) {
  const {
    variant,
    size,
    pending = false,
    disabledReason,
    tooltip,
    asChild,
    className,
    children,
    onClick,
    ...rest
  } = props
  const blocked = pending || Boolean(disabledReason)
  const Component = asChild ? Slot.Root : 'button'
  const click = (event: MouseEvent<HTMLButtonElement>) => {
    if (blocked) event.preventDefault()
    else onClick?.(event)
  }
  return (
    <Tooltip content={disabledReason || tooltip} delayMs={disabledReason ? 100 : 350}>
      <Component
        {...(asChild ? {} : { type: 'button' as const })}
        {...rest}
        onClick={click}
        {...(blocked ? { 'aria-disabled': true } : {})}
        {...(pending ? { 'aria-busy': true } : {})}
        className={cn(buttonClasses({ variant, size }), pending && 'relative', className)}
      >
        {asChild ? (
          children
        ) : (
          <>
            {pending && (
              <span className="absolute inset-0 grid place-items-center">
                <Spinner />
              </span>
            )}
            <span className={cn('inline-flex min-w-0 items-center gap-1.5', pending && 'opacity-0')}>{children}</span>
          </>
        )}
      </Component>
    </Tooltip>
  )
}
