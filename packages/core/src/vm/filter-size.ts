/** Sizes as people type them into a filter: "512M", "1.5G", "8GiB". IEC units, as everywhere in Berth. Pure. */
import { GiB, KiB, MiB, TiB } from '../units/bytes.ts'

const units: readonly (readonly [letter: string, bytes: number])[] = [
  ['T', TiB],
  ['G', GiB],
  ['M', MiB],
  ['K', KiB],
]

/** Bytes, or null for what is no size; a number without a unit is none. */
export function parseSize(source: string): number | null {
  const found = /^(\d{1,16}(?:\.\d{1,6})?)(?:([kmgt])(?:i?b)?|b)$/i.exec(source)
  if (!found) return null
  const [, number, letter] = found
  const unit = units.find(([name]) => name === letter?.toUpperCase())?.[1] ?? 1
  const bytes = Math.round(Number(number) * unit)
  return Number.isSafeInteger(bytes) ? bytes : null
}

/** The shortest of the forms that parse back to exactly these bytes: "1.5G", "100B". */
export function formatSize(bytes: number): string {
  for (const [letter, unit] of units) {
    const text = `${Number((bytes / unit).toFixed(2))}${letter}`
    if (bytes >= unit && parseSize(text) === bytes) return text
  }
  return `${bytes}B`
}
