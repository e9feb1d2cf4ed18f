/**
 * Follows what one viewer sends to a machine's screen (RFB, client to server), so that keys, pointer and clipboard of a
 * viewer who only watches can be left out. What passes is never changed.
 *
 * Invariants: QEMU sees whole messages only; what was pressed when a viewer lost the keyboard is let go for him, or a
 * Shift would stay down in the guest for ever. A stream that is not understood passes only while its viewer may type:
 * whoever confuses this reader ends up with a dead picture, not with a keyboard.
 *
 * Lengths as in RFC 6143 §7.5 and QEMU's ui/vnc.c; QEMU ends the connection at a type that it does not know either.
 */
type Reading =
  | { at: 'version' }
  | { at: 'handshake'; leftBytes: number }
  | { at: 'message' }
  | { at: 'payload'; leftBytes: number; passes: boolean }
  | { at: 'opaque' }

const type = { keyEvent: 4, pointerEvent: 5, cutText: 6, setDesktopSize: 251, qemu: 255 } as const
const versionBytes = 12
const versionStart = 'RFB 003.'
const inputTypes = new Set<number>([type.keyEvent, type.pointerEvent, type.cutText, type.setDesktopSize])

export class ScreenInput {
  #reading: Reading = { at: 'version' }
  /** The beginning of a message whose length is not known yet. */
  #rest = Buffer.alloc(0)
  #mayType = true
  /** By key: the message that pressed it. */
  readonly #down = new Map<string, Buffer>()
  #pressedPointer: Buffer | undefined

  /** What goes to QEMU of the viewer's next bytes. */
  take(chunk: Buffer): Buffer[] {
    let data = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    this.#rest = Buffer.alloc(0)
    const passed: Buffer[] = []
    while (data.length > 0) {
      const { bytes, passes } = this.#next(data)
      if (bytes === 0) {
        this.#rest = Buffer.from(data)
        break
      }
      if (passes) passed.push(data.subarray(0, bytes))
      data = data.subarray(bytes)
      if (!this.#mayType && this.#reading.at === 'message') passed.push(...this.#releases())
    }
    return passed
  }

  /** Answers with what must go to QEMU now: the releases of all that is pressed. */
  allow(mayType: boolean): Buffer[] {
    this.#mayType = mayType
    // In the middle of a message they wait for its end.
    return mayType || this.#reading.at !== 'message' || this.#rest.length > 0 ? [] : this.#releases()
  }

  /** How many bytes of `data` the next step is about; 0 when there are too few to tell. */
  #next(data: Buffer): { bytes: number; passes: boolean } {
    const reading = this.#reading
    switch (reading.at) {
      case 'version':
        return this.#readVersion(data)
      case 'handshake':
      case 'payload': {
        const bytes = Math.min(data.length, reading.leftBytes)
        reading.leftBytes -= bytes
        if (reading.leftBytes === 0) this.#reading = { at: 'message' }
        return { bytes, passes: reading.at === 'handshake' || reading.passes }
      }
      case 'opaque':
        return { bytes: data.length, passes: this.#mayType }
      case 'message':
        return this.#readMessage(data)
    }
  }

  #readVersion(data: Buffer): { bytes: number; passes: boolean } {
    if (!versionStart.startsWith(data.toString('latin1', 0, versionStart.length))) return this.#giveUp(data)
    if (data.length < versionBytes) return { bytes: 0, passes: false }
    const minor = /^RFB 003\.(\d{3})\n$/.exec(data.toString('latin1', 0, versionBytes))?.[1]
    if (minor === undefined) return this.#giveUp(data)
    // From 3.7 on the viewer chooses the security type (none, the only one offered here); then ClientInit.
    this.#reading = { at: 'handshake', leftBytes: Number(minor) >= 7 ? 2 : 1 }
    return { bytes: versionBytes, passes: true }
  }

  #readMessage(data: Buffer): { bytes: number; passes: boolean } {
    const length = messageBytes(data)
    if (length === undefined) return { bytes: 0, passes: false }
    if (length === null) return this.#giveUp(data)
    const passes = this.#mayType || !isInput(data)
    if (data.length >= length) {
      if (passes) this.#remember(data.subarray(0, length))
      return { bytes: length, passes }
    }
    // Keys and pointers come whole; a long list or a clipboard goes on in pieces.
    if (length <= wholeBelowBytes) return { bytes: 0, passes }
    this.#reading = { at: 'payload', leftBytes: length - data.length, passes }
    return { bytes: data.length, passes }
  }

  #giveUp(data: Buffer): { bytes: number; passes: boolean } {
    this.#reading = { at: 'opaque' }
    return { bytes: data.length, passes: this.#mayType }
  }

  #remember(message: Buffer): void {
    const key = keyOf(message)
    if (key !== undefined) {
      if (isDown(message)) this.#down.set(key, Buffer.from(message))
      else this.#down.delete(key)
    } else if (message[0] === type.pointerEvent) {
      this.#pressedPointer = message[1] === 0 ? undefined : Buffer.from(message)
    }
  }

  #releases(): Buffer[] {
    const releases = [...this.#down.values()].map(released)
    if (this.#pressedPointer) releases.push(withByte(this.#pressedPointer, 1, 0))
    this.#down.clear()
    this.#pressedPointer = undefined
    return releases
  }
}

const wholeBelowBytes = 20

/** Of the message that `data` begins with; undefined when more is needed to tell, null for a type that nobody knows. */
function messageBytes(data: Buffer): number | undefined | null {
  switch (data[0]) {
    case 0: // SetPixelFormat
      return 20
    case 2: // SetEncodings
      return data.length < 4 ? undefined : 4 + 4 * data.readUInt16BE(2)
    case 3: // FramebufferUpdateRequest
    case 150: // EnableContinuousUpdates
      return 10
    case type.keyEvent:
      return 8
    case type.pointerEvent:
      return 6
    case type.cutText: // a negative length is the extended clipboard's
      return data.length < 8 ? undefined : 8 + Math.abs(data.readInt32BE(4))
    case 248: // ClientFence
      return data.length < 9 ? undefined : 9 + data.readUInt8(8)
    case type.setDesktopSize:
      return data.length < 8 ? undefined : 8 + 16 * data.readUInt8(6)
    case type.qemu:
      return data.length < 4 ? undefined : qemuMessageBytes(data)
    default:
      return null
  }
}

/** Extended key event; audio: on, off, or a format. */
function qemuMessageBytes(data: Buffer): number | null {
  if (data[1] === 0) return 12
  if (data[1] !== 1) return null
  return data.readUInt16BE(2) === 2 ? 10 : 4
}

const isExtendedKey = (message: Buffer): boolean => message[0] === type.qemu && message[1] === 0

const isInput = (message: Buffer): boolean => inputTypes.has(message[0] ?? 0) || isExtendedKey(message)

/** By position where the viewer sends it, else by keysym. */
function keyOf(message: Buffer): string | undefined {
  if (isExtendedKey(message)) return `position ${message.readUInt32BE(8)}`
  return message[0] === type.keyEvent ? `keysym ${message.readUInt32BE(4)}` : undefined
}

const isDown = (message: Buffer): boolean =>
  isExtendedKey(message) ? message.readUInt16BE(2) !== 0 : message.readUInt8(1) !== 0

const released = (pressed: Buffer): Buffer =>
  isExtendedKey(pressed) ? withByte(withByte(pressed, 2, 0), 3, 0) : withByte(pressed, 1, 0)

function withByte(message: Buffer, at: number, value: number): Buffer {
  const copy = Buffer.from(message)
  copy[at] = value
  return copy
}
