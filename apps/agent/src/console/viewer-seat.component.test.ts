import { once } from 'node:events'
import type { ConsoleSeat } from '@berth/core/console/console-viewer'
import { newUuid } from '@berth/core/ids/ids'
import { expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { consoleLimits } from './console-limits.ts'
import { ViewerRegistry } from './viewer-registry.ts'
import { seatViewer } from './viewer-seat.ts'

/** Both are answered with as many bytes, some 3 MB in all. */
const askings: Readonly<Record<string, (asking: WebSocket) => void>> = {
  'our own pings': (asking) => {
    for (let id = 0; id < 110_000; id++) asking.send(JSON.stringify({ type: 'ping', id }))
  },
  'pings of WebSocket': (asking) => {
    for (let id = 0; id < 25_000; id++) asking.ping(Buffer.alloc(125))
  },
}

test.each(Object.entries(askings))('%s of a viewer that reads nothing do not fill our memory', async (_what, ask) => {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, autoPong: false })
  await once(server, 'listening')
  const address = server.address()
  const asking = new WebSocket(`ws://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`)
  try {
    const [viewer, request] = (await once(server, 'connection')) as [WebSocket, { socket: { cork(): void } }]
    const registry = new ViewerRegistry()
    const seat: ConsoleSeat = { seatId: newUuid(), userId: newUuid(), name: 'Ada' }
    seatViewer(viewer, registry, { seat, kind: 'serial' })
    if (asking.readyState !== asking.OPEN) await once(asking, 'open')
    // What a reader that never reads comes to, once the kernel's buffers are full.
    request.socket.cork()
    const heard = new Promise<void>((resolve) => {
      viewer.on('message', (data) => Buffer.isBuffer(data) && data.includes('watch') && resolve())
    })
    ask(asking)
    asking.send(JSON.stringify({ type: 'input', wish: 'watch' }))
    await heard
    expect(registry.list()).toMatchObject([{ input: 'watches' }])
    expect(viewer.bufferedAmount).toBeLessThan(2 * consoleLimits.pauseAboveBytes + 1_000)
  } finally {
    asking.terminate()
    for (const viewer of server.clients) viewer.terminate()
    server.close()
  }
})
