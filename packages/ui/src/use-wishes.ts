import { useState } from 'react'

/** How often `isOpen` became true; for useLate. What was open once stays mounted, so that it can be seen closing. */
export function useWishes(isOpen: boolean): number {
  const [wishes, setWishes] = useState(isOpen ? 1 : 0)
  const [wasOpen, setWasOpen] = useState(isOpen)
  if (isOpen !== wasOpen) {
    setWasOpen(isOpen)
    if (isOpen) setWishes(wishes + 1)
  }
  return wishes
}
