/**
 * Who is at a machine's consoles, and whose keys reach it. Everybody who may open a console may type on it, so taking over
 * is a courtesy among equals and not a right; but it is kept by the agent, which drops what a viewer sends who only watches.
 */
import { z } from 'zod'
import { consoleKindSchema } from '../agent-contract/agent-contract.ts'

/** One open console of one browser tab. The panel vouches for it; its id stays the same over reconnects. */
export const consoleSeatSchema = z.object({
  seatId: z.string().min(1).max(100),
  userId: z.string().max(100),
  /** The user, or the API token of one. */
  name: z.string().max(200),
})
export type ConsoleSeat = z.infer<typeof consoleSeatSchema>

/** Of the upgrade request that the panel sends to the agent; a browser's own is not passed on. */
export const consoleSeatHeader = 'berth-console-seat'

/** A header carries ASCII only, and names are people's. */
export const seatToHeader = (seat: ConsoleSeat): string => encodeURIComponent(JSON.stringify(seat))

/** Undefined for whatever is no seat. */
export function seatFromHeader(value: string | readonly string[] | undefined): ConsoleSeat | undefined {
  if (typeof value !== 'string') return undefined
  try {
    return consoleSeatSchema.safeParse(JSON.parse(decodeURIComponent(value))).data
  } catch {
    // Neither JSON nor percent-encoding: no seat.
    return undefined
  }
}

/** What a viewer asks for: to type beside the others, to watch only, or to be the only one who types on this console. */
export const inputWishSchema = z.enum(['share', 'watch', 'hold'])
export type InputWish = z.infer<typeof inputWishSchema>

/** What came of it: `heldBack` would share, but somebody holds. */
export const viewerInputSchema = z.enum(['shares', 'watches', 'holds', 'heldBack'])
export type ViewerInput = z.infer<typeof viewerInputSchema>

export const consoleViewerSchema = consoleSeatSchema.extend({
  kind: consoleKindSchema,
  since: z.iso.datetime(),
  input: viewerInputSchema,
})
export type ConsoleViewer = z.infer<typeof consoleViewerSchema>

export const mayType = (input: ViewerInput): boolean => input === 'shares' || input === 'holds'
