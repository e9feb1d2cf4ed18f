/**
 * Measures the way from this tab to the machine's host, over the console's own connection, and notices one that is dead:
 * a laptop that slept, a network that changed. TCP alone would find out minutes later.
 */
import { type ConsolePing, consoleControlSchema } from '@berth/core/console/serial-control'

const pauseMs = 4_000
const silentAfterMs = 12_000

export interface PingListener {
  onLatency: (latencyMs: number) => void
  onSilent: () => void
}

/** Returns what stops it. Text frames of the agent that are pongs are kept from every later listener of the socket. */
export function startPingMeter(socket: WebSocket, listener: PingListener): () => void {
  let asked: { id: number; atMs: number } | null = null
  let lastId = 0
  let timer = setTimeout(tick, 0)

  function tick(): void {
    if (socket.readyState !== WebSocket.OPEN) {
      timer = setTimeout(tick, pauseMs)
      return
    }
    if (asked && performance.now() - asked.atMs > silentAfterMs) return listener.onSilent()
    if (!asked) {
      asked = { id: ++lastId, atMs: performance.now() }
      socket.send(JSON.stringify({ type: 'ping', id: asked.id } satisfies ConsolePing))
    }
    timer = setTimeout(tick, pauseMs)
  }

  const hear = (event: MessageEvent<unknown>) => {
    if (typeof event.data !== 'string' || !event.data.includes('"pong"')) return
    event.stopImmediatePropagation()
    const control = consoleControlSchema.safeParse(JSON.parse(event.data))
    if (!control.success || control.data.type !== 'pong' || control.data.id !== asked?.id) return
    listener.onLatency(performance.now() - asked.atMs)
    asked = null
  }
  const begin = () => {
    clearTimeout(timer)
    tick()
  }
  socket.addEventListener('message', hear)
  socket.addEventListener('open', begin)
  return () => {
    clearTimeout(timer)
    socket.removeEventListener('message', hear)
    socket.removeEventListener('open', begin)
  }
}
