/**
 * The scale of the passes' bars. A move that ends shrinks from gigabytes to kilobytes, so each line is 16 times the one
 * below it: bytes that get smaller by the same factor make steps of the same height.
 */
import { formatBytes } from '../../lib/format.ts'

const factor = 16
/** QEMU sends whole pages. */
const pageBytes = 4096
const fewestSteps = 2
/** A bar of something is never invisible. */
const leastShare = 0.015

export interface PassScale {
  /** Powers of 16, lowest first. */
  ticks: readonly { bytes: number; text: string; share: number }[]
  /** How high a bar is, 0 to 1. */
  shareOf: (bytes: number) => number
}

export function passScale(sizes: readonly number[]): PassScale {
  const shown = sizes.filter((bytes) => bytes > 0)
  const largest = Math.max(pageBytes, ...shown)
  const smallest = shown.length === 0 ? pageBytes : Math.max(pageBytes, Math.min(...shown))
  const top = Math.ceil(steps(largest))
  // The smallest bar stands well above the lowest line, so that one can see how far it is filled.
  const bottom = Math.min(Math.floor(steps(smallest) - 0.5), top - fewestSteps)
  const shareOf = (bytes: number): number => {
    if (bytes <= 0) return 0
    return Math.min(1, Math.max(leastShare, (steps(bytes) - bottom) / (top - bottom)))
  }
  const ticks = Array.from({ length: top - bottom + 1 }, (_none, index) => {
    const bytes = pageBytes * factor ** (bottom + index)
    return { bytes, text: formatBytes(bytes), share: index / (top - bottom) }
  })
  return { ticks, shareOf }
}

/** How many times 16 it is above one page; below that it is less than none. */
const steps = (bytes: number): number => Math.log(bytes / pageBytes) / Math.log(factor)
