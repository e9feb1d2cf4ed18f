'use client'
import { cva } from 'class-variance-authority'
import * as Slot from 'radix-ui/slot'
import type { ComponentProps, MouseEvent, ReactNode } from 'react'
import { cn } from './cn.ts'
import { Spinner } from './spinner.tsx'
import { Tooltip } from './tooltip.tsx'

export const buttonClasses = cva(
  'inline-flex shrink-0 items-center justify-center gap-1.5 rounded-md font-medium whitespace-nowrap transition-colors duration-100 select-none aria-disabled:cursor-not-allowed aria-disabled:opacity-50 disabled:cursor-not-allowed disabled:opacity-50 [&_svg]:size-4 [&_svg]:shrink-0',
  {
    variants: {
      variant: {
        primary: 'bg-accent text-on-accent shadow-xs not-aria-disabled:hover:bg-accent-hover',
        secondary:
          'border border-line bg-surface text-ink shadow-xs not-aria-disabled:hover:border-line-control not-aria-disabled:hover:bg-hover not-aria-disabled:active:bg-pressed',
        ghost:
          'text-ink-2 not-aria-disabled:hover:bg-hover not-aria-disabled:hover:text-ink not-aria-disabled:active:bg-pressed',
        danger: 'bg-bad-solid text-white shadow-xs not-aria-disabled:hover:bg-bad-solid-hover',
        'danger-ghost': 'text-bad-ink not-aria-disabled:hover:bg-bad-soft',
        link: 'h-auto! px-0! text-accent-ink underline-offset-3 not-aria-disabled:hover:underline',
      },
      size: {
        sm: 'h-7 px-2.5 text-xs',
        md: 'h-8 px-3 text-sm',
        lg: 'h-10 px-4 text-base',
      },
    },
    defaultVariants: { variant: 'secondary', size: 'md' },
  },
)

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
