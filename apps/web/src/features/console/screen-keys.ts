/** Keys that are pressed for the reader rather than by his keyboard: combinations, held modifiers, pasted characters. */
import type { Stroke } from './keyboard-layouts.ts'

export interface ScreenKey {
  /** X11 keysym: what QEMU falls back to when a key has no position. */
  readonly keysym: number
  /** Position, as KeyboardEvent.code names it. */
  readonly code: string
}

const key = (keysym: number, code: string): ScreenKey => ({ keysym, code })

export const modifierKeys = {
  ctrl: key(0xffe3, 'ControlLeft'),
  alt: key(0xffe9, 'AltLeft'),
  shift: key(0xffe1, 'ShiftLeft'),
  super: key(0xffeb, 'MetaLeft'),
} as const
export type ModifierName = keyof typeof modifierKeys
export const modifierNames: readonly { name: ModifierName; label: string }[] = [
  { name: 'ctrl', label: 'Ctrl' },
  { name: 'alt', label: 'Alt' },
  { name: 'shift', label: 'Shift' },
  { name: 'super', label: 'Super' },
]

const altGrKey = key(0xfe03, 'AltRight')

export const namedKeys = {
  escape: key(0xff1b, 'Escape'),
  tab: key(0xff09, 'Tab'),
  enter: key(0xff0d, 'Enter'),
  backspace: key(0xff08, 'Backspace'),
  delete: key(0xffff, 'Delete'),
  printScreen: key(0xff61, 'PrintScreen'),
  left: key(0xff51, 'ArrowLeft'),
  up: key(0xff52, 'ArrowUp'),
  right: key(0xff53, 'ArrowRight'),
  down: key(0xff54, 'ArrowDown'),
  f4: functionKey(4),
} as const

export function functionKey(number: number): ScreenKey {
  return key(0xffbd + number, `F${number}`)
}

const { ctrl, alt, shift, super: win } = modifierKeys
const letter = (char: string): ScreenKey => key(char.codePointAt(0) ?? 0, `Key${char.toUpperCase()}`)

/** Pressed in order, released in reverse. What the browser or the reader's own desktop would swallow. */
export const keyCombinations: readonly { label: string; keys: readonly ScreenKey[] }[] = [
  { label: 'Ctrl Alt Del', keys: [ctrl, alt, namedKeys.delete] },
  { label: 'Ctrl Alt Backspace', keys: [ctrl, alt, namedKeys.backspace] },
  { label: 'Ctrl Alt T', keys: [ctrl, alt, letter('t')] },
  { label: 'Ctrl W', keys: [ctrl, letter('w')] },
  { label: 'Ctrl Shift Esc', keys: [ctrl, shift, namedKeys.escape] },
  { label: 'Alt Tab', keys: [alt, namedKeys.tab] },
  { label: 'Alt F4', keys: [alt, namedKeys.f4] },
  { label: 'Super', keys: [win] },
  { label: 'Super R', keys: [win, letter('r')] },
  { label: 'Print Screen', keys: [namedKeys.printScreen] },
]

/** Linux's text consoles. */
export const terminalSwitches = [1, 2, 3, 4, 5, 6, 7].map((number) => ({
  label: `Ctrl Alt F${number}`,
  keys: [ctrl, alt, functionKey(number)],
}))

/** What a key event goes to: the part of noVNC's client that sends keys. */
export interface KeySink {
  sendKey(keysym: number, code: string | null, down?: boolean): void
}

export function pressTogether(sink: KeySink, keys: readonly ScreenKey[]): void {
  for (const { keysym, code } of keys) sink.sendKey(keysym, code, true)
  for (const { keysym, code } of keys.toReversed()) sink.sendKey(keysym, code, false)
}

export function pressStroke(sink: KeySink, stroke: Stroke): void {
  const held = [...(stroke.shift ? [shift] : []), ...(stroke.altGr ? [altGrKey] : [])]
  pressTogether(sink, [...held, { keysym: keysymOfPosition(stroke.code), code: stroke.code }])
}

/** The US keysym of a position, which QEMU ignores as long as it knows the position. */
function keysymOfPosition(code: string): number {
  if (code === 'Enter') return namedKeys.enter.keysym
  if (code === 'Tab') return namedKeys.tab.keysym
  if (code.startsWith('Key')) return code.charCodeAt(3) + 32
  if (code.startsWith('Digit')) return code.charCodeAt(5)
  return punctuation[code] ?? 0x20
}

const punctuation: Readonly<Record<string, number>> = {
  Space: 0x20,
  Backquote: 0x60,
  Minus: 0x2d,
  Equal: 0x3d,
  BracketLeft: 0x5b,
  BracketRight: 0x5d,
  Backslash: 0x5c,
  IntlBackslash: 0x3c,
  Semicolon: 0x3b,
  Quote: 0x27,
  Comma: 0x2c,
  Period: 0x2e,
  Slash: 0x2f,
}
