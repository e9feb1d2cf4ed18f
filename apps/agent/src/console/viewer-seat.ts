/**
 * Seats a viewer's connection in the registry of its machine: tells it the list, hears what it wishes, takes it out again.
 *
 * Owner of nothing but the one message in flight: a viewer that reads slowly gets the newest list when it has read the
 * last one, so that others who come and go cannot fill our memory through it; nor can it itself by asking without end.
 */
import { randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { consoleSeatHeader, seatFromHeader, type ConsoleSeat } from '@berth/core/console/console-viewer'
import { consoleInputSchema, consolePingSchema, type ConsoleControl } from '@berth/core/console/serial-control'
import type { ConsoleKind } from '@berth/core/agent-contract/agent-contract'
import type { WebSocket } from 'ws'
import { z } from 'zod'
import { consoleLimits } from './console-limits.ts'
import type { ViewerLink, ViewerRegistry } from './viewer-registry.ts'

/** Closed by a browser on purpose: left the page, closed the console. Anything else may come back. */
const goodbyeCodes = new Set([1000, 1001, 1005])

/** More than the console's own bytes ever come to, so that a ping behind a large picture is answered all the same. */
const pongBelowBytes = 2 * consoleLimits.pauseAboveBytes

/** A panel that names nobody: an older one, or a test. */
export const seatOf = (headers: IncomingHttpHeaders): ConsoleSeat =>
  seatFromHeader(headers[consoleSeatHeader]) ?? { seatId: randomUUID(), userId: '', name: 'Somebody' }

export interface SeatedViewer {
  readonly mayType: () => boolean
  /** Tells `listener` now and after each change. */
  onMayType: (listener: (mayType: boolean) => void) => void
}

export function seatViewer(
  viewer: WebSocket,
  registry: ViewerRegistry,
  { seat, kind }: { seat: ConsoleSeat; kind: ConsoleKind },
): SeatedViewer {
  const listeners = new Set<(mayType: boolean) => void>()
  let isTelling = false
  let isStale = false
  const tell = (): void => {
    isStale = isTelling
    if (isTelling || viewer.readyState !== viewer.OPEN) return
    isTelling = true
    const list: ConsoleControl = { type: 'viewers', seatId: seat.seatId, viewers: registry.list() }
    viewer.send(JSON.stringify(list), () => {
      isTelling = false
      if (isStale) tell()
    })
  }
  const link: ViewerLink = {
    ...{ seat, kind },
    changed: () => {
      for (const listener of listeners) listener(registry.mayType(link))
      tell()
    },
  }
  // Who does not read what he has asked for already measures nothing.
  const hasRoom = (): boolean => viewer.readyState === viewer.OPEN && viewer.bufferedAmount < pongBelowBytes
  viewer.on('message', (data, isBinary) => {
    // A console's bytes go in binary frames; text is a viewer's own, and what is not understood asks for nothing.
    if (isBinary || !Buffer.isBuffer(data) || data.length > 100) return
    const asked = askedSchema.safeParse(parseJson(data.toString())).data
    if (asked?.type === 'input') registry.wish(link, asked.wish)
    if (asked?.type === 'ping' && hasRoom()) {
      viewer.send(JSON.stringify({ type: 'pong', id: asked.id } satisfies ConsoleControl))
    }
  })
  // WebSocket's own pings, which no browser sends; the server leaves them to us.
  viewer.on('ping', (data) => {
    if (hasRoom()) viewer.pong(data)
  })
  viewer.on('close', (code) => registry.leave(link, goodbyeCodes.has(code)))
  registry.join(link)
  return {
    mayType: () => registry.mayType(link),
    onMayType: (listener) => {
      listeners.add(listener)
      listener(registry.mayType(link))
    },
  }
}

const askedSchema = z.discriminatedUnion('type', [consolePingSchema, consoleInputSchema])

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // A viewer's text that is no JSON asks for nothing, like any other that is not understood.
    return undefined
  }
}
