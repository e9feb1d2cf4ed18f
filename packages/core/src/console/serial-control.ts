/**
 * Control messages of a console's WebSocket. The console's own bytes go in binary frames; text frames are these, as
 * JSON. The browser sends `ping` and `input`; everything else comes from the agent.
 */
import { z } from 'zod'
import { consoleViewerSchema, inputWishSchema } from './console-viewer.ts'

export const consoleControlSchema = z.discriminatedUnion('type', [
  /** What follows in binary frames, until `live`, is history. `droppedBytes` were cut from its middle. */
  z.object({ type: z.literal('replay'), bytes: z.int(), droppedBytes: z.int() }),
  z.object({ type: z.literal('live') }),
  /** All who are at this machine's consoles, of both kinds, the eldest first; `seatId` is the one this goes to. */
  z.object({ type: z.literal('viewers'), seatId: z.string(), viewers: z.array(consoleViewerSchema) }),
  /** The machine behind the console: a console that finds it off stays open and comes back with it. */
  z.object({ type: z.literal('machine'), isOn: z.boolean() }),
  z.object({ type: z.literal('pong'), id: z.int() }),
])
export type ConsoleControl = z.infer<typeof consoleControlSchema>

/** Asked by a viewer of either kind of console to measure the way to the machine's host; answered by `pong` at once. */
export const consolePingSchema = z.object({ type: z.literal('ping'), id: z.int() })
export type ConsolePing = z.infer<typeof consolePingSchema>

/** A viewer of either kind says whether he types; answered by `viewers`, to all. */
export const consoleInputSchema = z.object({ type: z.literal('input'), wish: inputWishSchema })
export type ConsoleInput = z.infer<typeof consoleInputSchema>

/** Close codes of our own (RFC 6455 leaves 4000 to 4999 to applications), and what the browser does about them. */
export const consoleCloseCodes = {
  machineOff: 4001, // wait for the machine, then open a new ticket
  cutTooSlow: 4002, // the viewer read too little for too long
  agentStopping: 4003, // reconnect
} as const
