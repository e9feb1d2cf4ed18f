import type { ReactNode } from 'react'

export interface ConsoleStripProps {
  title: ReactNode
  children: ReactNode
  action: ReactNode
}

/** Something to know while the picture goes on, over its lower edge. */
export function ConsoleStrip({ title, children, action }: ConsoleStripProps) {
  return (
    <div
      role="status"
      className="border-line bg-raised pointer-events-auto flex flex-wrap items-center gap-3 rounded-lg border px-4 py-2.5 text-sm shadow-lg"
    >
      <span className="min-w-0 flex-1 [overflow-wrap:anywhere]">
        <span className="font-medium">{title}</span> <span className="text-ink-2">{children}</span>
      </span>
      {action}
    </div>
  )
}
