/**
 * Ties the leashes of passed consoles to one connection for each agent, so that none needs a TLS connection for itself.
 *
 * Owner of these connections. Invariants: until the agent says "tied" a console hangs on its own leash, and goes on doing
 * so where no post can be had; a console whose leash ended before that word is ended by us when it comes; the post's end is
 * that of all consoles tied to it. A post keeps no process alive: with the panel's process it ends, and so they do.
 */
import { EventEmitter, once } from 'node:events'
import type { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import { leashPostAnswer, leashPostPath, leashWord, LeashWords, type LeashVerb } from '@berth/core/console/leash-words'

const answerTimeoutMs = 10_000

/** What an open console hangs on; a connection is one, too. */
export interface ConsoleHold {
  readonly closed: boolean
  once(event: 'close', listener: () => void): unknown
  destroy(): unknown
}

export interface LooseLeash {
  readonly passId: string
  readonly connection: Duplex
  /** Called before the leash's own connection is closed. */
  readonly onTied: (hold: ConsoleHold) => void
}

export class LeashPosts {
  readonly #posts = new Map<string, Promise<LeashPost>>()

  /** `agent` names one listener of one agent. */
  async tie(agent: string, leash: LooseLeash, dial: () => Promise<TLSSocket>): Promise<void> {
    try {
      const post = await (this.#posts.get(agent) ?? this.#open(agent, dial))
      post.tie(leash)
    } catch {
      // The agent is of an earlier version, or about to end: the leash of its own holds as well, and costs only memory.
    }
  }

  #open(agent: string, dial: () => Promise<TLSSocket>): Promise<LeashPost> {
    const forget = (): void => {
      if (this.#posts.get(agent) === opening) this.#posts.delete(agent)
    }
    const opening = openPost(dial, forget)
    this.#posts.set(agent, opening)
    opening.catch(forget)
    return opening
  }
}

async function openPost(dial: () => Promise<TLSSocket>, onEnd: () => void): Promise<LeashPost> {
  const connection = await dial()
  connection.on('error', () => connection.destroy())
  connection.on('end', () => connection.destroy())
  connection.once('close', onEnd)
  connection.unref()
  connection.write(
    `GET ${leashPostPath} HTTP/1.1\r\nhost: agent\r\nconnection: Upgrade\r\nupgrade: berth-leashes\r\n\r\n`,
  )
  const signal = AbortSignal.timeout(answerTimeoutMs)
  try {
    const ended = once(connection, 'close', { signal }).then(() => ['it ended'])
    // An answer comes whole, as one TLS record.
    const [answer] = await Promise.race([once(connection, 'data', { signal }), ended])
    if (String(answer) !== leashPostAnswer) throw new Error(`the agent ties no leashes: ${String(answer).slice(0, 80)}`)
    return new LeashPost(connection)
  } catch (error) {
    connection.destroy()
    throw error
  }
}

class LeashPost {
  readonly #connection: Duplex
  readonly #loose = new Map<string, LooseLeash>()
  readonly #tied = new Map<string, TiedLeash>()
  readonly #words = new LeashWords()

  constructor(connection: Duplex) {
    this.#connection = connection
    connection.on('data', (data: Buffer) => this.#hear(data.toString('latin1')))
    connection.once('close', () => {
      this.#loose.clear()
      for (const leash of this.#tied.values()) leash.ended()
    })
  }

  tie(leash: LooseLeash): void {
    const { passId, connection } = leash
    if (connection.destroyed || this.#connection.destroyed) return
    this.#loose.set(passId, leash)
    connection.once('close', () => this.#loose.delete(passId))
    this.#say('tie', passId)
  }

  #hear(text: string): void {
    const words = this.#words.take(text)
    if (words === undefined) this.#connection.destroy()
    for (const [verb, passId] of words ?? []) {
      if (verb === 'tied') this.#holdFast(passId)
      if (verb === 'end') this.#tied.get(passId)?.ended()
    }
  }

  #holdFast(passId: string): void {
    const loose = this.#loose.get(passId)
    // Cut while we asked, and the agent did not know it yet.
    if (loose === undefined) return this.#say('end', passId)
    const tied = new TiedLeash(() => this.#say('end', passId))
    this.#tied.set(passId, tied)
    tied.once('close', () => this.#tied.delete(passId))
    loose.onTied(tied)
    loose.connection.destroy()
  }

  #say(verb: LeashVerb, passId: string): void {
    if (!this.#connection.destroyed) this.#connection.write(leashWord(verb, passId))
  }
}

class TiedLeash extends EventEmitter<{ close: [] }> implements ConsoleHold {
  readonly #letGo: () => void
  #isClosed = false

  constructor(letGo: () => void) {
    super()
    this.#letGo = letGo
  }

  get closed(): boolean {
    return this.#isClosed
  }

  destroy(): void {
    if (this.#isClosed) return
    this.#letGo()
    this.ended()
  }

  /** The other side ended it. */
  ended(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.emit('close')
  }
}
