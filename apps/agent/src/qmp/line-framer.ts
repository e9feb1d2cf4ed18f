/**
 * Cuts a byte stream into lines of JSON: the framing of QMP and of the guest agent.
 *
 * Owns only the bytes of the unfinished line, as a copy: the chunk's memory may be read into again. A chunk may end anywhere,
 * also inside a UTF-8 character: bytes are cut at 0x0A and decoded a whole line at a time, so that a character is never
 * split. A line longer than the cap means that the peer is not what we think it is; the framer is of no use after it.
 */
import { AppError } from '@berth/core/errors/app-error'

/** query-qmp-schema answers 186 kB in one line; 10 MiB leaves room and still bounds what a mad peer costs. */
export const maxQmpLineBytes = 10 * 1024 * 1024

const newline = 0x0a
const decoder = new TextDecoder('utf-8', { fatal: true })

export class LineFramer {
  readonly #maxBytes: number
  #partial: Buffer[] = []
  #partialBytes = 0

  constructor(maxBytes: number = maxQmpLineBytes) {
    this.#maxBytes = maxBytes
  }

  /**
   * The lines that `chunk` completes, without line ends and empty lines; they may lie in `chunk` itself, so they are to be
   * read before its memory is used again. Throws QMP_PROTOCOL past the cap.
   */
  push(chunk: Buffer): Buffer[] {
    const lines: Buffer[] = []
    let start = 0
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
      const line = trimCarriageReturn(this.#complete(chunk.subarray(start, end)))
      if (line.length > 0) lines.push(line)
      start = end + 1
    }
    const rest = chunk.subarray(start)
    this.#count(rest)
    if (rest.length > 0) this.#partial.push(Buffer.from(rest))
    return lines
  }

  #complete(end: Buffer): Buffer {
    this.#count(end)
    const line = this.#partial.length === 0 ? end : Buffer.concat([...this.#partial, end])
    this.#partial = []
    this.#partialBytes = 0
    return line
  }

  #count(part: Buffer): void {
    this.#partialBytes += part.length
    if (this.#partialBytes > this.#maxBytes) {
      throw new AppError('QMP_PROTOCOL', `a line of more than ${this.#maxBytes} bytes`)
    }
  }
}

function trimCarriageReturn(line: Buffer): Buffer {
  return line.at(-1) === 0x0d ? line.subarray(0, -1) : line
}

/** The JSON value of a line. Throws QMP_PROTOCOL when it is not UTF-8 or not JSON. */
export function parseJsonLine(line: Buffer): unknown {
  try {
    return JSON.parse(decoder.decode(line))
  } catch (error) {
    const start = line.subarray(0, 200).toString('latin1')
    throw new AppError('QMP_PROTOCOL', 'a line that is not JSON', { details: { start }, cause: error })
  }
}
