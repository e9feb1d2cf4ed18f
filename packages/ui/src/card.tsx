import type { ComponentProps, ReactNode } from 'react'
import { cn } from './cn.ts'

export interface CardProps extends Omit<ComponentProps<'section'>, 'title'> {
  title?: ReactNode
  description?: ReactNode
  /** Right of the title: buttons, a badge, a range picker. */
  actions?: ReactNode
  footer?: ReactNode
  /** Without padding, for tables and graphs that reach the edges. */
  flush?: boolean | undefined
}

export function Card({ title, description, actions, footer, flush = false, className, children, ...rest }: CardProps) {
  return (
    <section {...rest} className={cn('border-line bg-surface overflow-hidden rounded-lg border shadow-xs', className)}>
      {(title !== undefined || actions !== undefined) && (
        <header
          className={cn(
            'flex min-h-11 flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2',
            flush && 'border-line border-b',
          )}
        >
          <div className="min-w-0 flex-1">
            <h2 className="text-ink text-sm font-semibold">{title}</h2>
            {description !== undefined && <p className="text-ink-3 text-xs">{description}</p>}
          </div>
          {actions !== undefined && <div className="flex items-center gap-1.5">{actions}</div>}
        </header>
      )}
      <div className={cn(!flush && 'px-4 pb-4', !flush && title === undefined && actions === undefined && 'pt-4')}>
        {children}
      </div>
      {footer !== undefined && (
        <footer className="border-line bg-sunken text-ink-2 border-t px-4 py-2.5 text-xs">{footer}</footer>
      )}
    </section>
  )
}
