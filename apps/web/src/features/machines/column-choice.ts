'use client'
import { useMemo, useSyncExternalStore } from 'react'

const storageKey = 'berth.machines.columns'
const listeners = new Set<() => void>()

function subscribe(listener: () => void) {
  listeners.add(listener)
  window.addEventListener('storage', listener)
  return () => {
    listeners.delete(listener)
    window.removeEventListener('storage', listener)
  }
}

const read = () => window.localStorage.getItem(storageKey) ?? ''

/** Which columns the reader has switched from their usual state, kept in this browser. */
export function useColumnChoice() {
  const stored = useSyncExternalStore(subscribe, read, () => '')
  const switched = useMemo(() => new Set(stored.split(' ').filter(Boolean)), [stored])
  const toggle = (id: string) => {
    const next = new Set(switched)
    if (!next.delete(id)) next.add(id)
    window.localStorage.setItem(storageKey, [...next].join(' '))
    for (const listener of listeners) listener()
  }
  return { switched, toggle }
}
