'use client'
import type { ElementType, ReactNode } from 'react'
import { cn } from './cn.ts'

export interface NavItem {
  href: string
  label: string
  icon: ReactNode
  /** Right: a count, a dot. */
  extra?: ReactNode
}

export interface SideNavProps {
  label: string
  items: readonly NavItem[]
  /** href of the item that is open. */
  currentHref: string | null
  linkAs?: ElementType | undefined
  /** Called on a click, for a sheet that closes itself. */
  onNavigate?: (() => void) | undefined
}

export function SideNav({ label, items, currentHref, linkAs: Link = 'a', onNavigate }: SideNavProps) {
  return (
    <nav aria-label={label}>
      <ul className="flex flex-col gap-0.5">
        {items.map((item) => {
          const isCurrent = item.href === currentHref
          return (
            <li key={item.href}>
              <Link
                href={item.href}
                onClick={onNavigate}
                {...(isCurrent ? { 'aria-current': 'page' } : {})}
                className={cn(
                  'group flex h-9 items-center gap-2.5 rounded-md px-2.5 text-sm transition-colors [&_svg]:size-4.5 [&_svg]:stroke-[1.75]',
                  isCurrent
                    ? 'bg-pressed text-ink [&_svg]:text-accent-ink font-medium'
                    : 'text-ink-2 hover:bg-hover hover:text-ink',
                )}
              >
                {item.icon}
                <span className="flex-1 truncate">{item.label}</span>
                {item.extra}
              </Link>
            </li>
          )
        })}
      </ul>
    </nav>
  )
}
