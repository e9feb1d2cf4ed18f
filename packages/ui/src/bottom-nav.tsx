'use client'
import type { ElementType } from 'react'
import { cn } from './cn.ts'
import type { NavItem } from './side-nav.tsx'

export interface BottomNavProps {
  label: string
  items: readonly NavItem[]
  currentHref: string | null
  linkAs?: ElementType | undefined
}

/** The main places at the lower edge of a phone, within reach of the thumb; at most five. */
export function BottomNav({ label, items, currentHref, linkAs: Link = 'a' }: BottomNavProps) {
  return (
    <nav
      aria-label={label}
      className="border-line bg-surface fixed inset-x-0 bottom-0 z-30 border-t pb-[env(safe-area-inset-bottom)] md:hidden"
    >
      <ul className="flex">
        {items.map((item) => {
          const isCurrent = item.href === currentHref
          return (
            <li key={item.href} className="min-w-0 flex-1">
              <Link
                href={item.href}
                {...(isCurrent ? { 'aria-current': 'page' } : {})}
                className={cn(
                  'text-2xs flex h-14 flex-col items-center justify-center gap-1 font-medium focus-visible:-outline-offset-2 [&_svg]:size-5 [&_svg]:stroke-[1.75]',
                  isCurrent ? 'text-accent-ink' : 'text-ink-3',
                )}
              >
                {item.icon}
                <span className="max-w-full truncate">{item.label}</span>
              </Link>
            </li>
          )
        })}
      </ul>
    </nav>
  )
}
