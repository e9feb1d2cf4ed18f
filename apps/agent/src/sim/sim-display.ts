/**
 * The VNC server of a simulated machine: RFB 3.8 without a password, one picture that stands still, raw. It takes keys and
 * pointer and does nothing with them.
 */
import { screenHeight, screenPixels, screenWidth } from './sim-screen.ts'
import type { SimPeer, SimSocket } from './sim-socket.ts'

const name = Buffer.from('Simulated machine', 'latin1')

/** The lengths of what a client may send, by its first byte; of some they are within. */
const fixedLengths: Readonly<Record<number, number>> = { 0: 20, 3: 10, 4: 8, 5: 6 }

export function meetDisplay(vmId: string, socket: SimSocket): SimPeer {
  let phase: 'version' | 'security' | 'init' | 'normal' = 'version'
  let rest = Buffer.alloc(0)
  let format: PixelFormat = { bytes: 4, shifts: [16, 8, 0] }

  const take = (bytes: number): Buffer | undefined => {
    if (rest.length < bytes) return undefined
    const taken = rest.subarray(0, bytes)
    rest = rest.subarray(bytes)
    return taken
  }
  const answerMessage = (): boolean => {
    const length = messageLength(rest)
    const message = length === undefined ? undefined : take(length)
    if (message === undefined) return false
    if (message[0] === 0) format = readFormat(message)
    // Asked for what has changed, it stays silent: nothing does.
    if (message[0] === 3 && message[1] === 0) socket.say(wholePicture(vmId, format))
    return true
  }
  const step = (): boolean => {
    if (phase === 'normal') return answerMessage()
    if (take(phase === 'version' ? 12 : 1) === undefined) return false
    if (phase === 'version') socket.say(Buffer.from([1, 1]))
    else if (phase === 'security') socket.say(Buffer.alloc(4))
    else socket.say(serverInit())
    phase = phase === 'version' ? 'security' : phase === 'security' ? 'init' : 'normal'
    return true
  }
  socket.say('RFB 003.008\n')
  return {
    hear: (data) => {
      rest = Buffer.concat([rest, data])
      while (rest.length > 0 && step());
    },
    left: () => undefined,
  }
}

function messageLength(message: Buffer): number | undefined {
  const kind = message[0] ?? 0
  const fixed = fixedLengths[kind]
  if (fixed !== undefined) return fixed
  // SetEncodings, ClientCutText; whatever else a client has was not offered.
  if (kind === 2) return message.length < 4 ? undefined : 4 + 4 * message.readUInt16BE(2)
  if (kind === 6) return message.length < 8 ? undefined : 8 + Math.abs(message.readInt32BE(4))
  return message.length
}

interface PixelFormat {
  readonly bytes: number
  /** Of red, green and blue; little-endian. */
  readonly shifts: readonly [number, number, number]
}

const readFormat = (message: Buffer): PixelFormat => ({
  bytes: Math.max(1, (message[4] ?? 32) / 8),
  shifts: [message[14] ?? 16, message[15] ?? 8, message[16] ?? 0],
})

function serverInit(): Buffer {
  const init = Buffer.alloc(24)
  init.writeUInt16BE(screenWidth, 0)
  init.writeUInt16BE(screenHeight, 2)
  // 32 bits, depth 24, little-endian, true colour, 255 each, red 16, green 8, blue 0.
  init.set([32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0], 4)
  init.writeUInt32BE(name.length, 20)
  return Buffer.concat([init, name])
}

function wholePicture(vmId: string, { bytes, shifts }: PixelFormat): Buffer {
  const pixels = screenPixels(vmId)
  const count = screenWidth * screenHeight
  const head = Buffer.alloc(16)
  head.writeUInt16BE(1, 2)
  head.writeUInt16BE(screenWidth, 8)
  head.writeUInt16BE(screenHeight, 10)
  const body = Buffer.alloc(bytes * count)
  // Only what every client of ours asks for; of another one the picture stays dark.
  if (bytes === 4) for (let at = 0; at < count; at++) body.writeUInt32LE(colourAt(pixels, at, shifts), 4 * at)
  return Buffer.concat([head, body])
}

const colourAt = (pixels: Buffer, at: number, [red, green, blue]: PixelFormat['shifts']): number =>
  (((pixels[3 * at] ?? 0) << red) | ((pixels[3 * at + 1] ?? 0) << green) | ((pixels[3 * at + 2] ?? 0) << blue)) >>> 0
