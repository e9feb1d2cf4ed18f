/** The four messages that QEMU sends over QMP, and the events in use with their types. */
import { AppError } from '@berth/core/errors/app-error'
import { z } from 'zod'
import { qmpSchema } from './qmp-schema.generated.ts'
import { findMismatch, isRecord } from './qmp-shape.ts'
import type { QmpEvents } from './qmp-types.generated.ts'

const greetingSchema = z.object({
  QMP: z.object({
    version: z.object({
      qemu: z.object({ major: z.number(), minor: z.number(), micro: z.number() }),
      package: z.string().default(''),
    }),
    capabilities: z.array(z.string()).default([]),
  }),
})
const errorSchema = z.object({ error: z.object({ class: z.string(), desc: z.string() }), id: z.string().optional() })
const eventSchema = z.object({
  event: z.string(),
  data: z.unknown().default({}),
  timestamp: z.object({ seconds: z.number(), microseconds: z.number() }),
})

export interface QmpGreeting {
  /** "7.2.22" */
  version: string
  /** The distribution's own name of the build, as "Debian 1:7.2+dfsg-7+deb12u18". */
  packageVersion: string
  canRunOob: boolean
}

export type QmpMessage =
  | { kind: 'greeting'; greeting: QmpGreeting }
  | { kind: 'return'; id: string | undefined; value: unknown }
  | { kind: 'error'; id: string | undefined; class: string; desc: string }
  | { kind: 'event'; event: RawQmpEvent }

export interface RawQmpEvent {
  name: string
  data: unknown
  /** QEMU's wall clock when it happened. */
  timestampMs: number
}

export type QmpEventName = keyof QmpEvents

/** An event in use with the type of its data; a union over `Names`. */
export type QmpEvent<Names extends QmpEventName = QmpEventName> = {
  [Name in Names]: { name: Name; data: QmpEvents[Name]; timestampMs: number }
}[Names]

/** Throws QMP_PROTOCOL when `value` is none of the four. */
export function parseQmpMessage(value: unknown): QmpMessage {
  const message = isRecord(value) ? value : {}
  // By hand: nearly all that comes is an answer, and what is in it is compared with the command's own shape.
  if ('return' in message && (message['id'] === undefined || typeof message['id'] === 'string'))
    return { kind: 'return', id: message['id'], value: message['return'] }
  try {
    if ('event' in message) {
      const { event, data, timestamp } = eventSchema.parse(message)
      const timestampMs = timestamp.seconds * 1000 + Math.floor(timestamp.microseconds / 1000)
      return { kind: 'event', event: { name: event, data, timestampMs } }
    }
    if ('error' in message) {
      const { error, id } = errorSchema.parse(message)
      return { kind: 'error', id, class: error.class, desc: error.desc }
    }
    const { version, capabilities } = greetingSchema.parse(message).QMP
    const { major, minor, micro } = version.qemu
    const greeting = {
      version: `${major}.${minor}.${micro}`,
      packageVersion: version.package,
      canRunOob: capabilities.includes('oob'),
    }
    return { kind: 'greeting', greeting }
  } catch (error) {
    const keys = Object.keys(message).slice(0, 10)
    throw new AppError('QMP_PROTOCOL', 'a message that is none of QMP', { details: { keys }, cause: error })
  }
}

export type EventCheck =
  { kind: 'inUse'; event: QmpEvent } | { kind: 'other' } | { kind: 'malformed'; mismatch: string }

/** Whether an event is one in use, and has the members that its type promises. */
export function checkEvent(event: RawQmpEvent): EventCheck {
  const ref = qmpSchema.events[event.name]
  if (ref === undefined) return { kind: 'other' }
  const mismatch = findMismatch(qmpSchema.types, ref, event.data)
  if (mismatch !== undefined) return { kind: 'malformed', mismatch }
  return isInUse(event) ? { kind: 'inUse', event } : { kind: 'other' }
}

/** Only for events whose data was compared with the schema just before. */
const isInUse = (event: RawQmpEvent): event is QmpEvent => event.name in qmpSchema.events
