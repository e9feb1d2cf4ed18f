/**
 * How a panel passes a browser's own connection to an agent that the same supervisor started, so that a console's bytes go
 * one way instead of two (docs/decisions/0009): what the two and the supervisor between them say to each other.
 *
 * The panel's upgrade request names its house. An agent of that house answers with a pass id instead of WebSocket's
 * handshake; from then on the request's connection is the console's leash: it says who holds the browser's connection,
 * and its end is the console's end. The connection itself goes panel → supervisor → agent as a parcel over Node's IPC.
 */
import { z } from 'zod'

/** What a supervisor gives to each process that it starts, in BERTH_HOUSE: its own id, and the name it keeps it by. */
export interface House {
  readonly houseId: string
  readonly name: string
}

export const houseSchema = z
  .string()
  .regex(/^[\w-]{8,64}\/[\w.-]{1,253}$/)
  .transform((text): House => {
    const slash = text.indexOf('/')
    return { houseId: text.slice(0, slash), name: text.slice(slash + 1) }
  })

/** Of the panel's upgrade request: the house in which it offers to pass the browser's connection. */
export const houseHeader = 'berth-house'

/** Goes with the connection. The supervisor reads `to` alone. */
export const parcelSchema = z.object({ to: z.string(), passId: z.uuid() })
export type Parcel = z.infer<typeof parcelSchema>

/** The supervisor's answer where it could not deliver: the panel alone holds the connection again. */
export const returnedSchema = z.object({ returned: z.uuid() })

const leashStart = 'HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: berth-leash\r\nberth-parcel: '

/** The agent's answer to an offer that it takes; one write, so that it arrives as one TLS record. */
export const leashAnswer = ({ to, passId }: Parcel): string => `${leashStart}${to}/${passId}\r\n\r\n`

/** Undefined for every other answer, which is then the browser's. */
export function readLeashAnswer(text: string): Parcel | undefined {
  if (!text.startsWith(leashStart)) return undefined
  const [to, passId] = text.slice(leashStart.length).trimEnd().split('/')
  return parcelSchema.safeParse({ to, passId }).data
}

/** Agent to panel: the connection is here. Nobody answers the browser before the panel has let go of its own copy. */
export const takenWord = 'taken\n'

/** Panel to agent: it is yours alone. In base64 the bytes that the browser had sent already. */
export const goLine = (headBase64: string): string => `go ${headBase64}\n`

const mostGoBytes = 200_000

/** What the panel has said on the leash so far: `go` with the bytes, `more` while the line is not whole, else `wrong`. */
export type Said = { readonly kind: 'go'; readonly headBase64: string } | { readonly kind: 'more' | 'wrong' }

export function readGoLine(text: string): Said {
  const line = /^go ([A-Za-z0-9+/=]*)\n$/.exec(text)
  if (line) return { kind: 'go', headBase64: line[1] ?? '' }
  return { kind: text.includes('\n') || text.length > mostGoBytes ? 'wrong' : 'more' }
}
