/**
 * The little of WebSocket that a load generator needs: it must be cheaper than what it measures, so incoming frames are
 * counted and skipped, never copied, and outgoing ones are made once.
 */
const maskBytes = 4

/** A masked binary frame, as browsers must send. The mask is constant: nobody here caches by content. */
export function maskedFrame(payload: Buffer): Buffer {
  const { length } = payload
  const lengthBytes = length < 126 ? 0 : length < 65_536 ? 2 : 8
  const head = Buffer.alloc(2 + lengthBytes + maskBytes)
  head[0] = 0x82
  head[1] = 0x80 | (lengthBytes === 0 ? length : lengthBytes === 2 ? 126 : 127)
  if (lengthBytes === 2) head.writeUInt16BE(length, 2)
  if (lengthBytes === 8) head.writeBigUInt64BE(BigInt(length), 2)
  const mask = Buffer.from([0x5a, 0xa5, 0x3c, 0xc3])
  mask.copy(head, head.length - maskBytes)
  return Buffer.concat([head, payload.map((byte, i) => byte ^ (mask[i % maskBytes] ?? 0))])
}

/** Counts the payload of binary frames in a stream of unmasked frames; other frames are skipped. */
export class PayloadCounter {
  #left = 0
  #isBinary = false
  #head = Buffer.alloc(0)

  /** Bytes of payload in `data`. */
  count(data: Buffer): number {
    let counted = 0
    let at = 0
    while (at < data.length) {
      if (this.#left === 0) {
        at += this.#readHead(data.subarray(at))
        continue
      }
      const taken = Math.min(this.#left, data.length - at)
      if (this.#isBinary) counted += taken
      this.#left -= taken
      at += taken
    }
    return counted
  }

  /** Returns how many bytes of `data` belong to a frame's head; the head may come in pieces. */
  #readHead(data: Buffer): number {
    const known = this.#head.length
    const bytes = Buffer.concat([this.#head, data.subarray(0, 10 - known)])
    const length = headLength(bytes)
    if (bytes.length < length) {
      this.#head = bytes
      return data.length
    }
    this.#head = Buffer.alloc(0)
    const short = (bytes[1] ?? 0) & 0x7f
    this.#left = short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2))
    const opcode = (bytes[0] ?? 0) & 0x0f
    this.#isBinary = opcode === 2 || (opcode === 0 && this.#isBinary)
    return length - known
  }
}

function headLength(bytes: Buffer): number {
  if (bytes.length < 2) return 2
  const short = (bytes[1] ?? 0) & 0x7f
  return short < 126 ? 2 : short === 126 ? 4 : 10
}
