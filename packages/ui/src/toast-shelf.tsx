'use client'
/** Where toasts appear, in a file of its own: it is fetched with the first toast. Use toast.tsx. */
import { useEffect } from 'react'
import { toast, Toaster as SonnerToaster } from 'sonner'

export type Sonner = typeof toast

export interface ToastShelfProps {
  theme: 'light' | 'dark' | 'system'
  /** Once toasts are heard: what is shown before that is lost. */
  onReady: (sonner: Sonner) => void
}

export function ToastShelf({ theme, onReady }: ToastShelfProps) {
  // Runs after the effects of what is rendered here, so it listens by then.
  useEffect(() => onReady(toast), [onReady])
  return (
    <SonnerToaster
      theme={theme}
      position="bottom-right"
      visibleToasts={4}
      mobileOffset={{ bottom: 72, left: 12, right: 12 }}
      closeButton
      // Side by side, not stacked: a failure must not hide behind what came after it.
      expand
      toastOptions={{
        unstyled: true,
        classNames: {
          toast:
            'group relative flex w-full sm:w-[22rem] items-start gap-2.5 rounded-lg border border-line bg-raised px-3.5 py-3 pr-8 text-sm text-ink shadow-lg font-sans',
          title: 'font-medium [overflow-wrap:anywhere]',
          description: 'mt-0.5 text-xs text-ink-2 [overflow-wrap:anywhere]',
          icon: 'mt-0.5 shrink-0 group-data-[type=error]:text-bad group-data-[type=success]:text-ok',
          content: 'min-w-0 flex-1',
          actionButton:
            'h-7 shrink-0 self-center rounded-md border border-line bg-surface px-2.5 text-xs font-medium hover:bg-hover',
          closeButton:
            'absolute! top-2! right-2! left-auto! border-0! bg-transparent! grid size-6 place-items-center rounded-sm text-ink-3 hover:bg-hover hover:text-ink transform-none! [&_svg]:size-3.5',
        },
      }}
    />
  )
}
