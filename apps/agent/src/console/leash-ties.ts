/**
 * The agent's end of a post: the one connection of a panel to which the leashes of passed consoles are tied.
 *
 * Owner of what is tied to it. Invariants: a console hangs on its own leash or on one post, never on none; it is tied only
 * once it was opened, for its own leash has words to say until then; the post's end closes all that hang on it.
 */
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { leashPostAnswer, leashWord, LeashWords, type LeashVerb } from '@berth/core/console/leash-words'

export interface LeashHold {
  /** Tells the panel that the console has ended. */
  readonly end: () => void
  /** Tells it that the browser's connection is here; only a leash of its own does. */
  readonly taken?: () => void
}

export interface TiedLeash {
  readonly passId: string
  hold: LeashHold
  /** The browser's connection. */
  socket: Socket | undefined
  /** Undefined once the console was opened. */
  readonly open: unknown
  onOpened: (() => void) | undefined
}

/** `leashOf` knows those that still have a connection of their own. */
export function takeTies(connection: Duplex, leashOf: (passId: string) => TiedLeash | undefined): void {
  const tied = new Map<string, TiedLeash>()
  const words = new LeashWords()
  const say = (verb: LeashVerb, passId: string): void => {
    if (!connection.destroyed) connection.write(leashWord(verb, passId))
  }
  const tie = (leash: TiedLeash): void => {
    const { passId, socket } = leash
    if (connection.destroyed || socket === undefined || socket.destroyed) return
    tied.set(passId, leash)
    leash.hold = {
      end: () => {
        tied.delete(passId)
        say('end', passId)
      },
    }
    say('tied', passId)
  }
  connection.on('error', () => connection.destroy())
  connection.on('end', () => connection.destroy())
  connection.once('close', () => tied.forEach(({ socket }) => socket?.destroy()))
  connection.on('data', (data: Buffer) => {
    const heard = words.take(data.toString('latin1'))
    if (heard === undefined) connection.destroy()
    for (const [verb, passId] of heard ?? []) {
      if (verb === 'end') tied.get(passId)?.socket?.destroy()
      if (verb === 'tie') whenOpened(leashOf(passId), tie)
    }
  })
  connection.write(leashPostAnswer)
}

/** "go" comes on another connection, and may come later than the post's words. */
function whenOpened(leash: TiedLeash | undefined, tie: (leash: TiedLeash) => void): void {
  if (leash?.open === undefined) return void (leash && tie(leash))
  leash.onOpened = () => tie(leash)
}
