import type { ElementType, ReactNode } from 'react'
import { ChevronRight } from 'lucide-react'
import { cn } from './cn.ts'

export interface Crumb {
  label: string
  href: string
}

export interface PageHeaderProps {
  title: ReactNode
  /** The way here, without this page. */
  crumbs?: readonly Crumb[] | undefined
  linkAs?: ElementType | undefined
  /** Beside the title: state, badges. */
  status?: ReactNode
  /** Below the title: facts in one line. */
  meta?: ReactNode
  /** Right: buttons, the main one last. */
  actions?: ReactNode
  /** Tabs, at the lower edge. */
  tabs?: ReactNode
  /** Stays at the top while the page scrolls, unless that would leave no room for the page: zoomed in, a phone on its side. */
  sticky?: boolean | undefined
  className?: string | undefined
}

export function PageHeader(props: PageHeaderProps) {
  const { title, crumbs = [], linkAs: Link = 'a', status, meta, actions, tabs, sticky = false, className } = props
  return (
    <header
      className={cn(
        'flex flex-col gap-3',
        sticky && 'bg-canvas top-0 z-20 pt-1 [@media(min-height:40rem)]:sticky',
        className,
      )}
    >
      <div className="flex min-h-8 flex-wrap items-end justify-between gap-x-6 gap-y-3">
        <div className="min-w-0">
          {crumbs.length > 0 && (
            <nav aria-label="Breadcrumb" className="text-ink-3 mb-0.5 flex items-center gap-1 text-xs">
              {crumbs.map((crumb) => (
                <span key={crumb.href} className="inline-flex items-center gap-1">
                  <Link href={crumb.href} className="hover:text-ink hover:underline">
                    {crumb.label}
                  </Link>
                  <ChevronRight aria-hidden className="size-3" />
                </span>
              ))}
            </nav>
          )}
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <h1 className="min-w-0 truncate text-xl font-semibold">{title}</h1>
            {status}
          </div>
          {meta !== undefined && (
            <div className="text-ink-2 mt-1 flex min-h-6 flex-wrap items-center gap-x-4 gap-y-1 text-sm">{meta}</div>
          )}
        </div>
        {actions !== undefined && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </div>
      {tabs}
    </header>
  )
}
