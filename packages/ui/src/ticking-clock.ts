'use client'
import { useSyncExternalStore } from 'react'

const listeners = new Set<() => void>()
let timer: ReturnType<typeof setTimeout> | undefined
let now = 0

function tick() {
  now = Date.now()
  // Aligned to the second, so that all ages on a page turn over together.
  timer = listeners.size > 0 ? setTimeout(tick, 1000 - (now % 1000)) : undefined
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void) {
  listeners.add(listener)
  timer ??= setTimeout(tick, 1000 - (Date.now() % 1000))
  return () => {
    listeners.delete(listener)
  }
}

function read(): number {
  if (now === 0 || timer === undefined) now = Date.now()
  return Math.floor(now / 1000) * 1000
}

/** One shared clock for every age on the page, in ms, to the second; null on the server, where no age is right for long. */
export function useNow(): number | null {
  return useSyncExternalStore(subscribe, read, () => null)
}
