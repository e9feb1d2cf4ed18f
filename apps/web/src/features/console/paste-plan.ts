/** Turns text into key strokes for one layout, and says beforehand what cannot be typed. Pure. */
import { type LayoutId, type Stroke, strokesOf } from './keyboard-layouts.ts'

export interface PastePlan {
  /** In order, one per character, dead keys followed by their space. */
  readonly strokes: readonly Stroke[]
  /** Each character that the layout does not have, once, in order of first appearance. */
  readonly missing: readonly string[]
  /** How many characters will be typed. */
  readonly characterCount: number
}

export const maxPasteCharacters = 10_000

/** Between two strokes. Guests poll their keyboard; below some 10 ms, slow ones lose keys. */
export const strokePauseMs = 20

const space: Stroke = { code: 'Space', shift: false, altGr: false, dead: false }

export function planPaste(text: string, layoutId: LayoutId): PastePlan {
  const table = strokesOf(layoutId)
  const strokes: Stroke[] = []
  const missing = new Set<string>()
  let characterCount = 0
  for (const char of text.replaceAll('\r\n', '\n').replaceAll('\r', '\n').normalize('NFC')) {
    const stroke = table.get(char)
    if (!stroke) missing.add(char)
    else {
      strokes.push(stroke, ...(stroke.dead ? [space] : []))
      characterCount++
    }
  }
  return { strokes, missing: [...missing], characterCount }
}

/** A character for people: invisible ones by their number. */
export function nameOfCharacter(char: string): string {
  if (/^[\p{L}\p{N}\p{P}\p{S}]$/u.test(char)) return char
  return `U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
}

export const pasteDurationMs = (plan: PastePlan): number => plan.strokes.length * strokePauseMs
