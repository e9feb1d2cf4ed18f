/**
 * Passes a browser's connection to the agent that answered our offer (docs/decisions/0009).
 *
 * Owner of the connection until the agent has it. The order is the point: the agent says "taken", we close our copy, then
 * we say "go", then the agent answers the browser. A browser speaks after that answer only, so no byte can be read by
 * somebody who has no use for it. Until "taken" the connection is ours to refuse, or to splice when it came back.
 */
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { goLine, readLeashAnswer, takenWord, type Parcel } from '@berth/core/console/socket-passing'
import { AppError } from '@berth/core/errors/app-error'
import type { PassingHouse } from './passing-house.ts'

const answerTimeoutMs = 10_000
const takeTimeoutMs = 5_000

/** Hears what the agent says in answer to an offer: on a leash to us, else to the browser. */
export class LeashEar {
  readonly #answered = Promise.withResolvers<Parcel | undefined>()
  readonly #taken = Promise.withResolvers<'taken'>()
  #isLeash = false

  constructor() {
    // Each is waited for at its time only; that the agent went away before is told by whichever is.
    this.#taken.promise.catch(() => undefined)
    this.#answered.promise.catch(() => undefined)
  }

  /** For the gatherer: keeps the words of a leash from the browser. An answer comes whole, as one TLS record. */
  readonly preview = (data: Buffer): boolean => {
    const text = data.toString('latin1')
    if (this.#isLeash) {
      if (text === takenWord) this.#taken.resolve('taken')
      return true
    }
    const parcel = readLeashAnswer(text)
    this.#isLeash = parcel !== undefined
    this.#answered.resolve(parcel)
    return this.#isLeash
  }

  /** Listens until the connection's end. Throws HOST_UNREACHABLE in whatever waits when it ends or says nothing. */
  async answerOf(agent: TLSSocket): Promise<Parcel | undefined> {
    const fail = (): void => {
      const error = new AppError('HOST_UNREACHABLE', 'The agent ended the connection of a console.')
      this.#answered.reject(error)
      this.#taken.reject(error)
    }
    agent.on('error', () => agent.destroy())
    agent.once('end', fail)
    agent.once('close', fail)
    const timer = setTimeout(() => agent.destroy(), answerTimeoutMs)
    return this.#answered.promise.finally(() => clearTimeout(timer))
  }

  get taken(): Promise<'taken'> {
    return this.#taken.promise
  }
}

export interface Passing {
  readonly house: PassingHouse
  readonly parcel: Parcel
  readonly ear: LeashEar
  readonly leash: TLSSocket
  /** Called when the console's life hangs on the leash, before our copy of the connection is closed. */
  readonly onPassed: () => void
}

/** False: it came back, and is ours alone. Throws HOST_UNREACHABLE when it got lost on the way. */
export async function passSocket(browser: { socket: Socket; head: Buffer }, passing: Passing): Promise<boolean> {
  const { socket, head } = browser
  const { house, parcel, ear, leash, onPassed } = passing
  const { promise: ended, resolve: end } = Promise.withResolvers<'returned' | 'late' | 'gone'>()
  const forget = house.send(parcel, socket, () => end('returned'))
  const timer = setTimeout(() => end('late'), takeTimeoutMs)
  const leave = (): void => end('gone')
  socket.once('close', leave)
  const outcome = await Promise.race([ear.taken.catch(() => 'late' as const), ended])
  clearTimeout(timer)
  forget()
  socket.off('close', leave)
  if (outcome === 'returned') return false
  if (outcome === 'late') {
    // A copy may still be somewhere, and could read the browser's bytes: this one is over, the next ones are spliced.
    house.distrust()
    leash.destroy()
    throw new AppError('HOST_UNREACHABLE', 'The connection did not reach the agent. Try again.')
  }
  if (outcome === 'gone' || socket.destroyed) {
    leash.destroy()
    return true
  }
  onPassed()
  leash.on('end', () => leash.destroy())
  const early = readNow(socket)
  socket.destroy()
  leash.write(goLine(Buffer.concat([head, early]).toString('base64')))
  return true
}

function readNow(socket: Socket): Buffer {
  const data: unknown = socket.read()
  return Buffer.isBuffer(data) ? data : Buffer.alloc(0)
}
