'use client'
import { X } from 'lucide-react'
import * as Radix from 'radix-ui/dialog'
import { cn } from './cn.ts'
import type { DrawerProps } from './drawer.tsx'
import { IconButton } from './icon-button.tsx'

/** The sheet, in a file of its own: it is fetched when one is first opened. Use drawer.tsx. */
export function DrawerSheet(props: DrawerProps) {
  const { open, onOpenChange, title, hideTitle = false, actions, children, footer, side = 'right', className } = props
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="animate-fade bg-scrim fixed inset-0 z-40" />
        <Radix.Content
          aria-describedby={undefined}
          onOpenAutoFocus={(event) => {
            // The sheet itself, not its close button: a tooltip over an opening sheet is noise.
            event.preventDefault()
            if (event.currentTarget instanceof HTMLElement) event.currentTarget.focus()
          }}
          className={cn(
            'bg-raised fixed inset-y-0 z-50 flex w-full flex-col shadow-lg focus:outline-none sm:max-w-md',
            side === 'right'
              ? 'animate-sheet-right border-line right-0 border-l'
              : 'animate-sheet-left border-line left-0 border-r',
            className,
          )}
        >
          <header className={cn('flex h-13 shrink-0 items-center gap-2 px-4', !hideTitle && 'border-line border-b')}>
            <Radix.Title className={cn('flex-1 text-base font-semibold', hideTitle && 'sr-only')}>{title}</Radix.Title>
            {actions}
            <Radix.Close asChild>
              <IconButton label="Close" size="sm" className={cn(hideTitle && 'ml-auto')}>
                <X />
              </IconButton>
            </Radix.Close>
          </header>
          <div className="min-h-0 flex-1 overflow-y-auto">{children}</div>
          {footer !== undefined && <footer className="border-line bg-sunken border-t px-4 py-3">{footer}</footer>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
