/** Some of a guest's pages, picked at random once and looked at several times: only their checksums are kept. */
import { setImmediate as breath } from 'node:timers/promises'
import { crc32 } from 'node:zlib'
import type { GuestMemory } from './guest-memory.ts'

export const pageBytes = 4096
const zeroPage = crc32(Buffer.alloc(pageBytes))
const fewestPages = 4_096
/** 60 ms of one core for each look at the largest machines. */
const mostPages = 16_384
const pagesPerSample = 64
/** Consoles and figures go on between two pieces. */
const pieceOf = 128

export interface Look {
  /** The middle of it, by the monotonic clock. Pages are read in the same order each time, so this is right for each. */
  readonly atMs: number
  readonly sums: Uint32Array
}

/** Offsets: one of each of as many equal pieces of the memory, so that none of it is missed for long. */
export function pickPages(memoryBytes: number, random: () => number = Math.random): number[] {
  const pages = Math.floor(memoryBytes / pageBytes)
  const count = Math.min(pages, Math.max(fewestPages, Math.min(mostPages, Math.floor(pages / pagesPerSample))))
  return Array.from({ length: count }, (_, index) => {
    const from = Math.floor((index * pages) / count)
    const to = Math.floor(((index + 1) * pages) / count)
    return (from + Math.floor(random() * (to - from))) * pageBytes
  })
}

/** Throws what reading throws, and the signal's reason. */
export async function lookAt(memory: GuestMemory, offsets: readonly number[], signal: AbortSignal): Promise<Look> {
  const page = Buffer.alloc(pageBytes)
  const sums = new Uint32Array(offsets.length)
  const beganAtMs = performance.now()
  for (const [index, offset] of offsets.entries()) {
    if (index % pieceOf === pieceOf - 1) {
      await breath()
      signal.throwIfAborted()
    }
    memory.read(offset, page)
    sums[index] = crc32(page)
  }
  return { atMs: (beganAtMs + performance.now()) / 2, sums }
}

export const usedShare = ({ sums }: Look): number =>
  sums.reduce((n, sum) => n + Number(sum !== zeroPage), 0) / sums.length

/** The share of pages that are not as they were. */
export const changedShare = (before: Look, after: Look): number =>
  before.sums.reduce((n, sum, index) => n + Number(sum !== after.sums[index]), 0) / before.sums.length
