'use client'
import { toast as sonner, Toaster as SonnerToaster } from 'sonner'

/** Once, in the root of the app. */
export function Toaster({ theme = 'system' }: { theme?: 'light' | 'dark' | 'system' | undefined }) {
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

export interface ToastOptions {
  description?: string | undefined
  /** The same id replaces the toast that is on screen. */
  id?: string | undefined
  action?: { label: string; onClick: () => void } | undefined
}

/** Only for failures and for what happened off screen. Failures stay until closed. */
export const toast = {
  failure(title: string, options: ToastOptions = {}) {
    sonner.error(title, { ...clean(options), duration: Infinity })
  },
  success(title: string, options: ToastOptions = {}) {
    sonner.success(title, clean(options))
  },
  notice(title: string, options: ToastOptions = {}) {
    sonner(title, clean(options))
  },
  dismiss(id?: string) {
    sonner.dismiss(id)
  },
}

function clean({ description, id, action }: ToastOptions) {
  return {
    ...(description === undefined ? {} : { description }),
    ...(id === undefined ? {} : { id }),
    ...(action === undefined ? {} : { action }),
  }
}
