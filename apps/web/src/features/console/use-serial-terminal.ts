'use client'
import { type RefObject, useEffect, useEffectEvent } from 'react'
import type { SerialTerminal } from './serial-terminal.ts'
import { answerReadText } from './serial-text.ts'

export interface SerialTerminalSettings {
  isViewOnly: boolean
  onFind: () => void
}

/** Ties an opened terminal to its element: size, keys, what programs may read of it. */
export function useSerialTerminal(
  serial: SerialTerminal | null,
  place: RefObject<HTMLElement | null>,
  { isViewOnly, onFind }: SerialTerminalSettings,
): void {
  const find = useEffectEvent(onFind)

  useEffect(() => {
    const element = place.current
    if (!serial || !element) return
    const sizes = new ResizeObserver(() => serial.fit())
    sizes.observe(element)
    const stopAnswering = answerReadText(element, serial.terminal)
    serial.terminal.attachCustomKeyEventHandler((event) => {
      if (event.type !== 'keydown' || !event.ctrlKey || !event.shiftKey) return true
      if (event.code === 'KeyF') {
        event.preventDefault()
        find()
        return false
      }
      // Ctrl-C belongs to the guest; with Shift it copies, as in every terminal.
      if (event.code === 'KeyC' && serial.terminal.hasSelection()) {
        event.preventDefault()
        document.execCommand('copy')
        return false
      }
      return event.code !== 'KeyV'
    })
    serial.terminal.focus()
    return () => {
      sizes.disconnect()
      stopAnswering()
    }
  }, [serial, place])

  useEffect(() => {
    if (serial) setViewOnly(serial, isViewOnly)
  }, [serial, isViewOnly])
}

/** With input off the terminal also stops answering the guest's questions: whoever only watches must not type. */
function setViewOnly({ terminal }: SerialTerminal, isViewOnly: boolean): void {
  terminal.options.disableStdin = isViewOnly
}
