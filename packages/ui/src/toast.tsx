'use client'
import { useEffect, useSyncExternalStore } from 'react'
import { late, useLate } from './late.ts'
import type { Sonner } from './toast-shelf.tsx'

const shelf = late(() => import('./toast-shelf.tsx'))

/** Of this page: toasts wait here until their shelf is fetched and listens. */
const waiting: ((sonner: Sonner) => void)[] = []
const listeners = new Set<() => void>()
let ready: Sonner | null = null
let asked = 0

function show(put: (sonner: Sonner) => void): void {
  if (ready !== null) return put(ready)
  waiting.push(put)
  asked += 1
  for (const listener of listeners) listener()
}

function onReady(sonner: Sonner): void {
  ready = sonner
  for (const put of waiting.splice(0)) put(sonner)
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

const touches = ['pointermove', 'pointerdown', 'keydown'] as const

/**
 * Before anybody presses a button, and after the page is there: that the panel is gone is what the first toast often has to
 * tell, and then its shelf could not be fetched any more.
 */
function preloadWithFirstTouch(): () => void {
  const stop = (): void => touches.forEach((name) => window.removeEventListener(name, onTouch))
  const onTouch = (): void => {
    stop()
    shelf.preload()
  }
  touches.forEach((name) => window.addEventListener(name, onTouch, { passive: true }))
  return stop
}

/** Once, in the root of the app. Nothing, until there is something to show. */
export function Toaster({ theme = 'system' }: { theme?: 'light' | 'dark' | 'system' | undefined }) {
  const wishes = useSyncExternalStore(
    subscribe,
    () => asked,
    () => 0,
  )
  useEffect(preloadWithFirstTouch, [])
  const loaded = useLate(shelf, wishes)
  return loaded ? <loaded.ToastShelf theme={theme} onReady={onReady} /> : null
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
    show((sonner) => sonner.error(title, { ...clean(options), duration: Infinity }))
  },
  success(title: string, options: ToastOptions = {}) {
    show((sonner) => sonner.success(title, clean(options)))
  },
  notice(title: string, options: ToastOptions = {}) {
    show((sonner) => sonner(title, clean(options)))
  },
  dismiss(id?: string) {
    ready?.dismiss(id)
  },
}

function clean({ description, id, action }: ToastOptions) {
  return {
    ...(description === undefined ? {} : { description }),
    ...(id === undefined ? {} : { id }),
    ...(action === undefined ? {} : { action }),
  }
}
