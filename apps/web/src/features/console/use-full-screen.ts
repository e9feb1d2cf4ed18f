'use client'
import { useEffect, useState, useSyncExternalStore } from 'react'

/**
 * The whole page goes full screen and the console lies over it: menus and dialogs are drawn at the end of the page, and
 * would be invisible if only the console's own element went. A browser that refuses still gets the console over the page.
 */
export function useFullScreen() {
  const [isAsked, setAsked] = useState(false)
  const hasScreen = useSyncExternalStore(
    watchFullScreen,
    () => document.fullscreenElement !== null,
    () => false,
  )
  const [wasGiven, setGiven] = useState(false)
  const isFull = isAsked && (hasScreen || !wasGiven)

  useEffect(() => {
    if (!isAsked) return
    return () => {
      if (document.fullscreenElement) void document.exitFullscreen()
    }
  }, [isAsked])

  const toggle = () => {
    if (isFull) return setAsked(false)
    setAsked(true)
    setGiven(false)
    document.documentElement.requestFullscreen().then(
      () => setGiven(true),
      // Refused (a frame, a phone): then it fills the window only.
      () => setGiven(false),
    )
  }
  return { isFull, toggle }
}

function watchFullScreen(listener: () => void): () => void {
  document.addEventListener('fullscreenchange', listener)
  return () => document.removeEventListener('fullscreenchange', listener)
}
