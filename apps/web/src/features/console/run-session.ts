/**
 * One try of a console: ticket, socket, what is attached to it, until any of them ends. A ticket is good once and for 30 s,
 * so it is asked for right before the socket, and whatever is slow (a chunk to load) comes before it.
 */
import type { ErrorCode } from '@berth/core/errors/error-codes'
import { wireErrorOf } from '../../lib/wire-error.ts'
import type { ViewerList } from './console-viewers.ts'
import { type AskForInput, hearViewers } from './hear-viewers.ts'
import { startPingMeter } from './ping-meter.ts'

export interface ConsoleTold {
  onOpened: () => void
}

/** Takes the socket before it is open. The returned function lets go of it. */
export type AttachConsole = (socket: WebSocket, told: ConsoleTold) => () => void

export interface SessionPorts {
  /** Loads what the attachment needs. */
  prepare: () => Promise<AttachConsole>
  /** Answers with the path of the socket. Throws what the panel refused with. */
  openTicket: () => Promise<string>
  onOpened: () => void
  onClosed: (code: number) => void
  onRefused: (code: ErrorCode | null) => void
  onLatency: (latencyMs: number) => void
  onViewers: (list: ViewerList, ask: AskForInput) => void
}

const openWithinMs = 20_000
/** What a browser reports for a connection that ended without a close frame. */
const abnormal = 1006

/** Never throws; ends silently when `signal` is aborted. */
export async function runSession(ports: SessionPorts, signal: AbortSignal): Promise<void> {
  try {
    const attach = await ports.prepare()
    signal.throwIfAborted()
    const path = await ports.openTicket()
    signal.throwIfAborted()
    openSocket(path, { attach, ports, signal })
  } catch (error) {
    if (!signal.aborted) ports.onRefused(wireErrorOf(error)?.code ?? null)
  }
}

interface Opening {
  attach: AttachConsole
  ports: SessionPorts
  signal: AbortSignal
}

function openSocket(path: string, { attach, ports, signal }: Opening): void {
  const url = new URL(path, window.location.href)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  const socket = new WebSocket(url, 'binary')
  socket.binaryType = 'arraybuffer'
  const over = new AbortController()
  const end = (code: number | null) => {
    if (over.signal.aborted) return
    over.abort()
    socket.close()
    if (code !== null) ports.onClosed(code)
  }
  const whenOver = (act: () => void) => over.signal.addEventListener('abort', act, { once: true })
  const limit = setTimeout(() => end(abnormal), openWithinMs)
  whenOver(() => clearTimeout(limit))
  // Before the attachment, which must not see what is theirs.
  whenOver(hearViewers(socket, ports.onViewers))
  whenOver(startPingMeter(socket, { onLatency: ports.onLatency, onSilent: () => end(abnormal) }))
  socket.addEventListener('close', (event) => end(event.code))
  signal.addEventListener('abort', () => end(null), { once: true })
  const onOpened = () => {
    clearTimeout(limit)
    if (!over.signal.aborted) ports.onOpened()
  }
  whenOver(attach(socket, { onOpened }))
}
