/**
 * Stands in for QEMU's VNC server: a process that listens on a unix socket and does what its client asks, as fast as it
 * can. QEMU itself would draw 30 times a second at most and hide what the way to it costs.
 *
 * A command is 32 bytes of text, padded with blanks:
 *   down <bytes>              sends so many, screen-like
 *   up <bytes>                takes so many, then answers one byte
 *   echo <asked> <answered>   answers each <asked> bytes with <answered>, until the end
 */
import { createServer, type Socket } from 'node:net'
import { commandBytes } from './screen-command.ts'

const chunk = screenLike(1024 * 1024)
const [socketPath = ''] = process.argv.slice(2)

createServer((socket) => serve(socket)).listen(socketPath, () => process.stdout.write('listening\n'))

function serve(socket: Socket): void {
  let held = Buffer.alloc(0)
  let take: (data: Buffer) => void = readCommand
  socket.on('error', () => socket.destroy())
  socket.on('data', (data) => take(data))

  function readCommand(data: Buffer): void {
    held = Buffer.concat([held, data])
    if (held.length < commandBytes) return
    const [verb = '', first = '0', second = '0'] = held.toString('latin1', 0, commandBytes).trim().split(' ')
    const rest = held.subarray(commandBytes)
    held = Buffer.alloc(0)
    if (verb === 'down') sendDown(socket, Number(first))
    else if (verb === 'up') take = takeUp(Number(first))
    else if (verb === 'echo') take = echo(Number(first), Number(second))
    if (rest.length > 0) take(rest)
  }

  function takeUp(bytes: number): (data: Buffer) => void {
    let left = bytes
    return (data) => {
      left -= data.length
      if (left > 0) return
      take = readCommand
      socket.write('k')
    }
  }

  function echo(asked: number, answered: number): (data: Buffer) => void {
    const answer = chunk.subarray(0, answered)
    let taken = 0
    return (data) => {
      taken += data.length
      for (; taken >= asked; taken -= asked) socket.write(answer)
    }
  }
}

function sendDown(socket: Socket, bytes: number): void {
  let left = bytes
  const more = (): void => {
    while (left > 0) {
      const part = left >= chunk.length ? chunk : chunk.subarray(0, left)
      left -= part.length
      if (!socket.write(part)) {
        socket.once('drain', more)
        return
      }
    }
  }
  more()
}

/** Rows of one colour, text-like noise and gradients, as an uncompressed screen has them. */
function screenLike(bytes: number): Buffer {
  const pixels = Buffer.alloc(bytes)
  let seed = 1
  for (let i = 0; i < bytes; i++) {
    seed = (seed * 1_103_515_245 + 12_345) & 0x7fff_ffff
    const row = i >> 12
    pixels[i] = row % 3 === 0 ? 0x20 : row % 3 === 1 ? seed >> 16 : i >> 4
  }
  return pixels
}
