'use client'
import { X } from 'lucide-react'
import * as Radix from 'radix-ui/dialog'
import { cn } from './cn.ts'
import type { DialogProps } from './dialog.tsx'
import { IconButton } from './icon-button.tsx'

const widths = { sm: 'sm:max-w-md', md: 'sm:max-w-lg', lg: 'sm:max-w-2xl', xl: 'sm:max-w-5xl' }

const controls = 'input, select, textarea, button, summary, [href], [tabindex]:not([tabindex="-1"])'

/** Besides its close button: that one would only show its tooltip over the dialog that opens. */
const hasControl = (dialog: HTMLElement): boolean =>
  [...dialog.querySelectorAll(controls)].some((control) => !control.matches(':disabled, [data-closes-dialog]'))

/** The dialog, in a file of its own: it is fetched when one is first opened. Use dialog.tsx. */
export function DialogWindow(props: DialogProps) {
  const { open, onOpenChange, title, description, children, footer, size = 'md', dismissible = true } = props
  const { focusesFirst = true } = props
  const keep = (event: Event) => {
    if (!dismissible) event.preventDefault()
  }
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="animate-fade bg-scrim fixed inset-0 z-40 backdrop-blur-[2px]" />
        <Radix.Content
          onOpenAutoFocus={(event) => {
            const dialog = event.currentTarget
            if (!(dialog instanceof HTMLElement) || (focusesFirst && hasControl(dialog))) return
            event.preventDefault()
            dialog.focus()
          }}
          onEscapeKeyDown={keep}
          onPointerDownOutside={keep}
          {...(description === undefined ? { 'aria-describedby': undefined } : {})}
          className={cn(
            'animate-pop border-line bg-raised fixed inset-x-0 bottom-0 z-50 mx-auto flex max-h-[92dvh] w-full flex-col rounded-t-xl border shadow-lg focus:outline-none sm:inset-x-4 sm:top-[max(2rem,12vh)] sm:bottom-auto sm:max-h-[80vh] sm:w-auto sm:rounded-xl',
            widths[size],
          )}
        >
          <header className="px-5 pt-4 pr-13 pb-3">
            <Radix.Title className="text-ink text-lg font-semibold">{title}</Radix.Title>
            {description !== undefined && (
              <Radix.Description className="text-ink-2 mt-0.5 text-sm">{description}</Radix.Description>
            )}
          </header>
          {children !== undefined && <div className="min-h-0 flex-1 overflow-y-auto px-5 pt-1 pb-5">{children}</div>}
          {footer !== undefined && (
            <footer className="border-line bg-sunken flex flex-wrap justify-end gap-2 rounded-b-xl border-t px-5 py-3">
              {footer}
            </footer>
          )}
          {/* Last in the order, so that opening a dialog focuses its first field and not this. */}
          <Radix.Close asChild data-closes-dialog>
            <IconButton label="Close" size="sm" className="absolute top-3.5 right-3.5">
              <X />
            </IconButton>
          </Radix.Close>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
