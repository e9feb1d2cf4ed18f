import type { ReactNode } from 'react'
import { cn } from './cn.ts'

export interface EmptyStateProps {
  icon?: ReactNode
  title: ReactNode
  children?: ReactNode
  /** The one next thing to do. */
  action?: ReactNode
  className?: string | undefined
}

export function EmptyState({ icon, title, children, action, className }: EmptyStateProps) {
  return (
    <div className={cn('flex flex-col items-center px-6 py-14 text-center', className)}>
      {icon !== undefined && (
        <div className="border-line bg-sunken text-ink-3 mb-4 grid size-12 place-items-center rounded-xl border [&_svg]:size-6 [&_svg]:stroke-[1.5]">
          {icon}
        </div>
      )}
      <h2 className="text-lg font-semibold">{title}</h2>
      {children !== undefined && <div className="text-ink-2 mt-1 max-w-md text-sm text-balance">{children}</div>}
      {action !== undefined && <div className="mt-5 flex gap-2">{action}</div>}
    </div>
  )
}
