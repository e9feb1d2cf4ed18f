import { useEffect, useEffectEvent, useLayoutEffect, useState, useSyncExternalStore } from 'react'

/**
 * Hands a controlled box what was typed into it before the page listened, as if it were typed now. React keeps such text when
 * it takes over the server's rendering, tells nobody, and overwrites it with the next update.
 */
export function useTypedEarly(id: string, value: unknown): void {
  const [isServed] = useState(useSyncExternalStore(never, no, yes))
  const [early, setEarly] = useState<string | null>(null)
  const look = useEffectEvent(() => {
    const box = document.getElementById(id)
    if (box instanceof HTMLInputElement && typeof value === 'string' && box.value !== value) setEarly(box.value)
  })
  // Before any other update can overwrite it …
  useLayoutEffect(() => {
    if (isServed) look()
  }, [isServed])
  // … and told when every effect of the first rendering has run: the router's own, which follows the address, is the last.
  useEffect(() => {
    if (early !== null) typeInto(id, early)
  }, [id, early])
}

const never = () => () => undefined
const no = () => false
const yes = () => true

/** React hears of an input event only where the value differs from the one that it last saw set through the element. */
function typeInto(id: string, text: string): void {
  const box = document.getElementById(id)
  if (!(box instanceof HTMLInputElement)) return
  box.value = ''
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(box, text)
  box.dispatchEvent(new Event('input', { bubbles: true }))
}
