import type { ElementType } from 'react'
import { type TabItem, tabBarClasses, tabClasses } from './tabs.tsx'

export interface TabLinksProps {
  items: readonly (TabItem & { href: string })[]
  /** `value` of the page that is open. */
  current: string
  label: string
  /** The router's link; a plain anchor without. */
  linkAs?: ElementType | undefined
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
