'use client'
import { cn } from '@berth/ui/cn'
import { useEffect, useState } from 'react'

export const advancedSections = [
  { id: 'image', title: 'Image' },
  { id: 'name', title: 'Name and count' },
  { id: 'compute', title: 'CPU and memory' },
  { id: 'disk', title: 'Disk' },
  { id: 'network', title: 'Network' },
  { id: 'keys', title: 'SSH keys' },
  { id: 'first-boot', title: 'First boot' },
  { id: 'options', title: 'Options' },
] as const

/** Where one is on the long page, and the way to the other parts. */
export function SectionNav() {
  const [current, setCurrent] = useState<string>(advancedSections[0].id)
  useEffect(() => {
    const observer = new IntersectionObserver(
      (entries) => {
        const first = entries.find((entry) => entry.isIntersecting)
        if (first) setCurrent(first.target.id)
      },
      { rootMargin: '-80px 0px -65% 0px' },
    )
    for (const { id } of advancedSections) {
      const section = document.getElementById(id)
      if (section) observer.observe(section)
    }
    return () => observer.disconnect()
  }, [])
  return (
    <nav aria-label="Sections" className="sticky top-20 hidden self-start xl:block">
      <ul className="border-line flex flex-col border-l text-sm">
        {advancedSections.map(({ id, title }) => (
          <li key={id}>
            <a
              href={`#${id}`}
              {...(id === current ? { 'aria-current': 'true' } : {})}
              className={cn(
                '-ml-px block border-l-2 py-1 pl-3',
                id === current ? 'border-accent text-ink font-medium' : 'text-ink-3 hover:text-ink border-transparent',
              )}
            >
              {title}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}
