/**
 * What a machine's serial port has said: the first MiB and at least the last MiB, in files, addressed by byte offset
 * since the machine was made.
 *
 * Segments are named by their first offset. Segment 0 is kept for ever (it holds the first boot); of the others as many
 * are kept as hold the newest MiB, so between one and two of it are there at any time. Appends are synchronous writes
 * into the page cache: a few microseconds, and nothing is lost when the agent is killed.
 */
import { closeSync, fstatSync, mkdirSync, openSync, readSync, readdirSync, unlinkSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { MiB } from '@berth/core/units/bytes'

interface Segment {
  start: number
  length: number
  fd: number
}

/** Bytes that follow each other, and where they begin. */
export interface SerialPiece {
  readonly start: number
  readonly data: Buffer
}

const segmentPattern = /^serial\.(\d+)$/

export class SerialHistory {
  readonly #folder: string
  readonly #segmentBytes: number
  #segments: Segment[] = []

  /** Opens what is in `folder`; one machine's history has one writer, the agent that holds the machine. */
  constructor(folder: string, segmentBytes: number = MiB) {
    this.#folder = folder
    this.#segmentBytes = segmentBytes
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const starts = readdirSync(folder)
      .map((name) => segmentPattern.exec(name)?.[1])
      .filter((start) => start !== undefined)
      .map(Number)
      .sort((a, b) => a - b)
    this.#segments = starts.map((start) => this.#open(start))
  }

  /** The offset behind the last byte. */
  get end(): number {
    const last = this.#segments.at(-1)
    return last === undefined ? 0 : last.start + last.length
  }

  /** Bytes kept, and bytes cut out between the first segment and the rest. */
  get extent(): { bytes: number; droppedBytes: number } {
    const bytes = this.#segments.reduce((sum, segment) => sum + segment.length, 0)
    return { bytes, droppedBytes: this.end - bytes }
  }

  append(data: Buffer): void {
    let rest = data
    while (rest.length > 0) {
      const segment = this.#writable()
      const part = rest.subarray(0, this.#segmentBytes - segment.length)
      writeSync(segment.fd, part, 0, part.length, segment.length)
      segment.length += part.length
      rest = rest.subarray(part.length)
    }
  }

  /**
   * Up to `maxBytes` from `offset` on. `offset` of the answer is where they begin, which is later than asked when that
   * part was cut out. An empty answer means that there is nothing more.
   */
  read(offset: number, maxBytes: number): { offset: number; data: Buffer } {
    const segment = this.#segments.find((candidate) => offset < candidate.start + candidate.length)
    if (segment === undefined) return { offset: this.end, data: Buffer.alloc(0) }
    const from = Math.max(offset, segment.start)
    const data = Buffer.allocUnsafe(Math.min(maxBytes, segment.start + segment.length - from))
    const bytes = readSync(segment.fd, data, 0, data.length, from - segment.start)
    return { offset: from, data: data.subarray(0, bytes) }
  }

  /** All that is kept, oldest first: at most three times a segment's size, but for what moves left in small ones. */
  pieces(): SerialPiece[] {
    return this.#segments.map(({ start, length, fd }) => {
      const data = Buffer.allocUnsafe(length)
      return { start, data: data.subarray(0, readSync(fd, data, 0, length, 0)) }
    })
  }

  /**
   * Puts `earlier`, of the host where the machine was before, in front of what is here. Answers by how much the offsets of
   * what is here have grown. Synchronous, so that nothing is appended in between.
   */
  precede(earlier: readonly SerialPiece[]): number {
    const own = this.pieces()
    for (const { start } of own) unlinkSync(this.#path(start))
    this.close()
    for (const piece of earlier) this.#put(piece)
    const grown = this.end
    for (const { start, data } of own) {
      // Output that is lost from the middle of its own makes a segment anew; else it goes on where the other host ended.
      if (grown + start === this.end) this.append(data)
      else this.#put({ start: grown + start, data })
    }
    this.#dropOld()
    return grown
  }

  close(): void {
    for (const segment of this.#segments) closeSync(segment.fd)
    this.#segments = []
  }

  #writable(): Segment {
    const last = this.#segments.at(-1)
    if (last !== undefined && last.length < this.#segmentBytes) return last
    const fresh = this.#open(this.end)
    this.#segments.push(fresh)
    this.#dropOld()
    return fresh
  }

  #dropOld(): void {
    for (;;) {
      const newer = this.#segments.slice(2).reduce((sum, { length }) => sum + length, 0)
      if (newer < this.#segmentBytes) return
      const [old] = this.#segments.splice(1, 1)
      if (old === undefined) return
      closeSync(old.fd)
      unlinkSync(this.#path(old.start))
    }
  }

  #put({ start, data }: SerialPiece): void {
    const segment = this.#open(start)
    if (data.length > 0) writeSync(segment.fd, data, 0, data.length, 0)
    segment.length = data.length
    this.#segments.push(segment)
  }

  #open(start: number): Segment {
    const fd = openSync(this.#path(start), 'a+', 0o600)
    return { start, fd, length: Math.min(fstatSync(fd).size, this.#segmentBytes) }
  }

  #path(start: number): string {
    return join(this.#folder, `serial.${start}`)
  }
}
