import { CircleAlert, CircleCheck, Info, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { cn } from './cn.ts'

export interface InlineAlertProps {
  tone?: 'info' | 'ok' | 'warn' | 'bad' | undefined
  title?: ReactNode
  children?: ReactNode
  /** What to do about it. */
  action?: ReactNode
  /** Edge to edge, under a page's header. */
  banner?: boolean | undefined
  className?: string | undefined
}

const looks = {
  info: { Icon: Info, box: 'border-accent/25 bg-accent-soft', icon: 'text-accent-ink' },
  ok: { Icon: CircleCheck, box: 'border-ok/25 bg-ok-soft', icon: 'text-ok-ink' },
  warn: { Icon: TriangleAlert, box: 'border-warn/30 bg-warn-soft', icon: 'text-warn-ink' },
  bad: { Icon: CircleAlert, box: 'border-bad/25 bg-bad-soft', icon: 'text-bad-ink' },
}

export function InlineAlert({ tone = 'info', title, children, action, banner = false, className }: InlineAlertProps) {
  const { Icon, box, icon } = looks[tone]
  return (
    <div
      role={tone === 'bad' ? 'alert' : 'status'}
      className={cn(
        'text-ink flex items-start gap-2.5 text-sm',
        banner ? 'border-b px-4 py-2' : 'rounded-md border px-3 py-2.5',
        box,
        className,
      )}
    >
      <Icon aria-hidden className={cn('mt-0.5 size-4 shrink-0', icon)} />
      <div className="min-w-0 flex-1 [overflow-wrap:anywhere]">
        {title !== undefined && <p className="font-medium">{title}</p>}
        {children !== undefined && <div className={cn(title !== undefined && 'text-ink-2')}>{children}</div>}
      </div>
      {action !== undefined && <div className="shrink-0">{action}</div>}
    </div>
  )
}
