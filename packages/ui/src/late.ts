/**
 * Code that is fetched when it is first wanted. Unlike React's `lazy`, a failed fetch (the panel restarts) breaks no page:
 * nothing appears, and the next wish tries again. Whoever knows why code can be lost for good hears of it by
 * `hearLateFailures`.
 */
import { useEffect, useState } from 'react'

export interface Late<Module> {
  /** Undefined until it was fetched. */
  get: () => Module | undefined
  load: () => Promise<Module>
  /** Fetches ahead of the wish. */
  preload: () => void
}

export function late<Module>(fetchModule: () => Promise<Module>): Late<Module> {
  let loaded: Module | undefined
  let loading: Promise<Module> | undefined
  const load = (): Promise<Module> => {
    loading ??= fetchModule().then(
      (module) => (loaded = module),
      (error: unknown) => {
        loading = undefined
        throw error
      },
    )
    return loading
  }
  // That it failed shows when it is wanted.
  return { get: () => loaded, load, preload: () => void load().catch(() => undefined) }
}

const failureListeners = new Set<(error: unknown) => void>()

/** Calls `listener` when code that is wanted now could not be fetched, until the answer is called. */
export function hearLateFailures(listener: (error: unknown) => void): () => void {
  failureListeners.add(listener)
  return () => failureListeners.delete(listener)
}

/** The module, once it is wanted and there. `wishes` counts how often it was wanted; each one tries a failed fetch again. */
export function useLate<Module>(source: Late<Module>, wishes: number): Module | undefined {
  const [, setArrivals] = useState(0)
  const module = wishes > 0 ? source.get() : undefined
  const isMissing = wishes > 0 && module === undefined
  useEffect(() => {
    if (!isMissing) return
    let isMounted = true
    source.load().then(
      () => isMounted && setArrivals((count) => count + 1),
      // The header tells that the panel is away.
      (error: unknown) => failureListeners.forEach((listener) => listener(error)),
    )
    return () => {
      isMounted = false
    }
  }, [source, isMissing, wishes])
  return module
}
