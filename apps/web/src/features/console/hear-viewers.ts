/** Lists of viewers out of a console's socket, and wishes into it. */
import type { InputWish } from '@berth/core/console/console-viewer'
import { type ConsoleInput, consoleControlSchema } from '@berth/core/console/serial-control'
import type { ViewerList } from './console-viewers.ts'

export type AskForInput = (wish: InputWish) => void

/** Returns what stops it. These frames are kept from every later listener: noVNC takes any text for a picture. */
export function hearViewers(socket: WebSocket, onViewers: (list: ViewerList, ask: AskForInput) => void): () => void {
  const ask: AskForInput = (wish) => {
    if (socket.readyState === WebSocket.OPEN) {
      socket.send(JSON.stringify({ type: 'input', wish } satisfies ConsoleInput))
    }
  }
  const hear = (event: MessageEvent<unknown>) => {
    if (typeof event.data !== 'string' || !event.data.includes('"viewers"')) return
    const control = consoleControlSchema.safeParse(JSON.parse(event.data)).data
    if (control?.type !== 'viewers') return
    event.stopImmediatePropagation()
    onViewers(control, ask)
  }
  socket.addEventListener('message', hear)
  return () => socket.removeEventListener('message', hear)
}
