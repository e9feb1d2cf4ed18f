/**
 * The panel's end of the channel to its supervisor, by which browsers' connections are passed to the agents beside it.
 * Owner of the trust in that way: a connection that was lost on it turns it off for a while, and consoles are spliced.
 */
import type { Socket } from 'node:net'
import { returnedSchema, type House, type Parcel } from '@berth/core/console/socket-passing'
import { LeashPosts } from './leash-post.ts'

const distrustMs = 60_000

/** Of Node's process, where a supervisor started it. */
export interface SupervisorChannel {
  readonly connected: boolean
  send?(message: Parcel, socket: Socket, options: { keepOpen: true }, done: (error: Error | null) => void): boolean
  on(event: 'message', listener: (message: unknown) => void): unknown
  readonly channel?: { unref(): void } | undefined
}

export class PassingHouse {
  /** Those of the agents of this house. */
  readonly posts = new LeashPosts()
  readonly #house: House
  readonly #channel: SupervisorChannel
  readonly #sent = new Map<string, () => void>()
  #distrustedUntil = 0

  constructor(house: House, channel: SupervisorChannel) {
    this.#house = house
    this.#channel = channel
    channel.on('message', (message) => {
      const parsed = returnedSchema.safeParse(message)
      if (parsed.success) this.#sent.get(parsed.data.returned)?.()
    })
    // Listening would keep a process alive that has nothing else to do.
    channel.channel?.unref()
  }

  /** What to offer to an agent; undefined while nothing can be passed. */
  get offer(): string | undefined {
    return this.#channel.connected && performance.now() >= this.#distrustedUntil ? this.#house.houseId : undefined
  }

  /**
   * Sends a copy of the connection; ours stays open, so that it can still be answered when the copy does not arrive.
   * `onReturned`: nobody has a copy. The returned function forgets the parcel.
   */
  send(parcel: Parcel, socket: Socket, onReturned: () => void): () => void {
    this.#sent.set(parcel.passId, onReturned)
    this.#channel.send?.(parcel, socket, { keepOpen: true }, (error) => {
      if (error) onReturned()
    })
    return () => this.#sent.delete(parcel.passId)
  }

  distrust(): void {
    this.#distrustedUntil = performance.now() + distrustMs
  }
}
