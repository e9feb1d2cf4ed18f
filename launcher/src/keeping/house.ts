/**
 * Lets the processes that the supervisor started pass connections to each other: the panel a browser's to the agent whose
 * console it asks for (docs/decisions/0009). The supervisor forwards and does not look into anything.
 *
 * State: who is in the house, by name; which connections are on their way. Processes that an earlier supervisor started have
 * no channel to this one, and another house in their environment: their consoles go through the panel, as on other hosts.
 */
import type { ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { Socket } from 'node:net'
import { isRecord } from '../data/settings.ts'

interface Member {
  child: ChildProcess
  /** Sent to it, and not known to have left us. */
  inTransit: Set<Socket>
}

export class House {
  readonly #id = randomUUID()
  readonly #members = new Map<string, Member>()

  environmentOf(name: string): Record<string, string> {
    return { BERTH_HOUSE: `${this.#id}/${name}` }
  }

  /** A child that was started with this environment and an 'ipc' channel. Its predecessor of that name is forgotten. */
  takeIn(name: string, child: ChildProcess): void {
    const member: Member = { child, inTransit: new Set() }
    this.#members.set(name, member)
    // The channel must not keep a supervisor that has stopped everything.
    child.channel?.unref()
    child.on('message', (message, handle) => {
      if (handle instanceof Socket) this.#forward(child, message, handle)
    })
    child.once('exit', () => {
      if (this.#members.get(name) === member) this.#members.delete(name)
      for (const socket of member.inTransit) socket.destroy()
    })
  }

  #forward(from: ChildProcess, message: unknown, socket: Socket): void {
    socket.on('error', () => socket.destroy())
    const parcel: { to?: unknown; passId?: unknown } = isRecord(message) ? message : {}
    const target = typeof parcel.to === 'string' ? this.#members.get(parcel.to) : undefined
    const giveBack = (): void => {
      // First our copy, then the word: whoever hears it may read from the connection again.
      socket.destroy()
      from.send({ returned: String(parcel.passId) }, () => undefined)
    }
    if (target?.child.connected !== true || !isRecord(message)) return giveBack()
    target.inTransit.add(socket)
    // Node would keep our copy, and read from it, until the target has acknowledged; `keepOpen` leaves the closing to us,
    // and that is at once: from there on only the target can read.
    target.child.send(message, socket, { keepOpen: true }, (error) => {
      target.inTransit.delete(socket)
      if (error) giveBack()
      else socket.destroy()
    })
  }
}
