'use client'
import type { ElementType, ReactNode } from 'react'

interface TabItem {
  value: string
  label: ReactNode
  /** A count or a badge after the name. */
  extra?: ReactNode
}

const tabBarClasses = '-mb-px flex gap-5 overflow-x-auto border-b border-line [scrollbar-width:none]'
const tabClasses =
  'relative flex h-9 shrink-0 items-center gap-1.5 border-b-2 border-transparent text-sm whitespace-nowrap text-ink-2 transition-colors hover:text-ink focus-visible:-outline-offset-2 data-[state=active]:border-accent data-[state=active]:font-medium data-[state=active]:text-ink'

export interface TabLinksProps {
  items: readonly (TabItem & { href: string })[]
  /** `value` of the page that is open. */
  current: string
  label: string
  /** The router's link; a plain anchor without. */
  linkAs?: ElementType | undefined
}

/** On a phone the open page's tab may lie beyond the edge. The bar alone moves, not the page. */
function bringIntoView(tab: HTMLElement | null): void {
  const bar = tab?.parentElement
  if (!tab || !bar) return
  const [inner, outer] = [tab.getBoundingClientRect(), bar.getBoundingClientRect()]
  if (inner.left < outer.left || inner.right > outer.right) bar.scrollLeft += inner.left - outer.left - outer.width / 3
}

/** Looks like Tabs, but each is a page of its own with its own address. */
export function TabLinks({ items, current, label, linkAs: Link = 'a' }: TabLinksProps) {
  return (
    <nav aria-label={label} className={tabBarClasses}>
      {items.map((item) => {
        const isCurrent = item.value === current
        return (
          <Link
            key={item.value}
            ref={isCurrent ? bringIntoView : undefined}
            href={item.href}
            className={tabClasses}
            data-state={isCurrent ? 'active' : 'inactive'}
            {...(isCurrent ? { 'aria-current': 'page' } : {})}
          >
            {item.label}
            {item.extra}
          </Link>
        )
      })}
    </nav>
  )
}
