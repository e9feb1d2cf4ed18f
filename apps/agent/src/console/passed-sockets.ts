/**
 * Takes browsers' own connections from a panel under the same supervisor (socket-passing.ts in core has the words).
 *
 * Owner of each leash and of each connection that came with one. Invariants: a connection that no leash waits for is
 * closed; nothing is answered to a browser before the panel says "go", so that what the browser sends after our answer can
 * only arrive here; the leash's end closes the connection (that is how a right that ended cuts a console) and the other
 * way round (that is how the panel's seat gets free). Once a leash is tied to a post, that is true of the post, and the
 * leash's own connection, a TLS connection that costs more than the console, may go.
 */
import { randomUUID } from 'node:crypto'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import {
  houseHeader,
  leashAnswer,
  parcelSchema,
  readGoLine,
  takenWord,
  type House,
} from '@berth/core/console/socket-passing'
import { consoleLimits } from './console-limits.ts'
import type { Upgrade } from './consoles.ts'
import { withLargeReads } from './large-reads.ts'
import { takeTies, type LeashHold, type TiedLeash } from './leash-ties.ts'

/** Of Node's process, where a supervisor started it. */
export interface SupervisorChannel {
  readonly connected: boolean
  on(event: 'message', listener: (message: unknown, handle: unknown) => void): unknown
  readonly channel?: { unref(): void } | undefined
}

interface Leash extends TiedLeash {
  /** Puts the browser's connection in the leash's place; undefined once that is done. */
  open: ((socket: Socket, head: Buffer) => void) | undefined
  readonly deadline: NodeJS.Timeout
  said: string
}

export class PassedSockets {
  readonly #house: House
  readonly #channel: SupervisorChannel
  readonly #waitMs: number
  readonly #leashes = new Map<string, Leash>()

  constructor(house: House, channel: SupervisorChannel, waitMs: number = consoleLimits.connectTimeoutMs) {
    this.#house = house
    this.#channel = channel
    this.#waitMs = waitMs
    channel.on('message', (message, handle) => this.#receive(message, handle))
    // Listening would keep a process alive that has nothing else to do.
    channel.channel?.unref()
  }

  /** Whether the panel offers a connection that can come here; then `open` gets it, instead of the one that asked. */
  accept({ request, socket: connection }: Upgrade, open: (upgrade: Upgrade) => void): boolean {
    if (request.headers[houseHeader] !== this.#house.houseId || !this.#channel.connected) return false
    const passId = randomUUID()
    const own: LeashHold = { end: () => connection.destroy(), taken: () => connection.write(takenWord) }
    const leash: Leash = {
      ...{ passId, hold: own, onOpened: undefined },
      open: (socket, head) => open({ request, socket, head }),
      deadline: setTimeout(() => connection.destroy(), this.#waitMs),
      socket: undefined,
      said: '',
    }
    this.#leashes.set(passId, leash)
    connection.on('error', () => connection.destroy())
    connection.on('end', () => connection.destroy())
    connection.once('close', () => {
      clearTimeout(leash.deadline)
      this.#leashes.delete(passId)
      if (leash.hold === own) leash.socket?.destroy()
    })
    connection.on('data', (data: Buffer) => {
      if (leash.hold === own) hear(leash, data)
    })
    connection.write(leashAnswer({ to: this.#house.name, passId }))
    return true
  }

  /** Takes the connection to which leashes are tied from here on; whoever opens it must be the panel. */
  takePost(connection: Duplex): void {
    takeTies(connection, (passId) => this.#leashes.get(passId))
  }

  #receive(message: unknown, handle: unknown): void {
    if (!(handle instanceof Socket)) return
    // The browser may be gone already; that must not become an uncaught error.
    handle.on('error', () => handle.destroy())
    const parcel = parcelSchema.safeParse(message)
    const leash = parcel.success ? this.#leashes.get(parcel.data.passId) : undefined
    if (leash === undefined || leash.socket !== undefined) {
      handle.destroy()
      return
    }
    const socket = withLargeReads(handle)
    socket.on('error', () => socket.destroy())
    leash.socket = socket
    socket.once('close', () => leash.hold.end())
    leash.hold.taken?.()
  }
}

function hear(leash: Leash, data: Buffer): void {
  if (leash.socket === undefined) {
    leash.hold.end()
    return
  }
  leash.said += data.toString('latin1')
  const said = readGoLine(leash.said)
  if (said.kind === 'wrong') leash.hold.end()
  if (said.kind !== 'go') return
  clearTimeout(leash.deadline)
  const { open, onOpened } = leash
  // It knows the request, and with that the leash's own connection, whose memory is to go when it is closed.
  leash.open = undefined
  leash.said = ''
  open?.(leash.socket, Buffer.from(said.headBase64, 'base64'))
  onOpened?.()
}
