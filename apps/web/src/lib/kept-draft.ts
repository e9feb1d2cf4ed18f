'use client'
import { useCallback, useMemo, useSyncExternalStore } from 'react'

/**
 * What is typed into a form and not sent, kept for as long as the tab lives, through failures, other pages and reloads.
 * Never for passwords: the storage is readable by whoever sits down at the tab.
 */
const prefix = 'berth.draft.'
const listeners = new Set<() => void>()
/** Goes before the storage, which may be full or forbidden: a draft then lives until the page is loaded again. */
const written = new Map<string, string | null>()

const keyOf = (form: string): string => prefix + form

function readRaw(form: string): string | null {
  const now = written.get(form)
  return now === undefined ? fromStorage(form) : now
}

function fromStorage(form: string): string | null {
  try {
    return window.sessionStorage.getItem(keyOf(form))
  } catch {
    // Storage is forbidden in this browser.
    return null
  }
}

function toStorage(form: string, raw: string | null): void {
  try {
    if (raw === null) window.sessionStorage.removeItem(keyOf(form))
    else window.sessionStorage.setItem(keyOf(form), raw)
  } catch {
    // Full or forbidden: `written` has it.
    return
  }
}

/** Null forgets it. */
export function keepDraft(form: string, draft: unknown): void {
  const raw = draft === null ? null : JSON.stringify(draft)
  written.set(form, raw)
  toStorage(form, raw)
  for (const listener of listeners) listener()
}

/** What lies there, by `read`, which answers null to what another Berth has written. Null where there is no draft. */
export function keptDraft<T>(form: string, read: (stored: unknown) => T | null): T | null {
  return parse(readRaw(form), read)
}

function parse<T>(raw: string | null, read: (stored: unknown) => T | null): T | null {
  if (raw === null) return null
  try {
    return read(JSON.parse(raw))
  } catch {
    // No JSON, so not ours.
    return null
  }
}

function subscribe(listener: () => void) {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** The draft of `form`; null while nothing was typed, and for the server's rendering. `read` must not change. */
export function useKeptDraft<T>(form: string, read: (stored: unknown) => T | null) {
  const raw = useSyncExternalStore(
    subscribe,
    () => readRaw(form),
    () => null,
  )
  const draft = useMemo(() => parse(raw, read), [raw, read])
  const keep = useCallback((next: T | null) => keepDraft(form, next), [form])
  return { draft, keep }
}
