/**
 * What a panel and an agent of one house say on the connection to which passed consoles' leashes are tied: a leash of its own,
 * a TLS connection, costs a console more memory than all the rest of it (docs/decisions/0009).
 *
 * The panel asks `tie <pass id>` when it has let the browser's connection go; the agent answers `tied` when the console has
 * been opened, and from there on the console's end is told by `end`, in both directions, and by this connection's end. The
 * leash of its own may go then.
 */
import { z } from 'zod'

/** Where the agent takes the upgrade. */
export const leashPostPath = '/leashes'

export const leashPostAnswer =
  'HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: berth-leashes\r\n\r\n'

const leashWordSchema = z.tuple([z.enum(['tie', 'tied', 'end']), z.uuid()])
export type LeashVerb = z.infer<typeof leashWordSchema>[0]

export const leashWord = (verb: LeashVerb, passId: string): string => `${verb} ${passId}\n`

const mostRestLength = 100

/** Puts the words together again; one for each connection. */
export class LeashWords {
  #rest = ''

  /** The words that are whole now; undefined when the other side says something else. */
  take(text: string): z.infer<typeof leashWordSchema>[] | undefined {
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop() ?? ''
    if (this.#rest.length > mostRestLength) return undefined
    const words = lines.map((line) => leashWordSchema.safeParse(line.split(' ')).data)
    return words.every((word) => word !== undefined) ? words : undefined
  }
}
