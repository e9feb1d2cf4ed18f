/**
 * Relays one viewer's WebSocket to the machine's VNC socket: bytes in both directions, nothing looked into.
 *
 * Each viewer has a connection to QEMU of its own (QEMU serves several; noVNC asks for a shared session), so one that
 * stalls holds up only itself. When QEMU ends, the viewer is told by close code and comes back with the machine.
 */
import type { Socket } from 'node:net'
import { consoleCloseCodes } from '@berth/core/console/serial-control'
import type { WebSocket } from 'ws'
import { consoleLimits } from './console-limits.ts'
import { connectPooled } from './pooled-socket.ts'

export function relayScreen(viewer: WebSocket, vncSocketPath: string): void {
  const { socket } = connectPooled(vncSocketPath, (data, release) => {
    viewer.send(data, () => {
      release()
      resumeWhenDrained(viewer, socket)
    })
    if (viewer.bufferedAmount > consoleLimits.pauseAboveBytes) socket.pause()
  })
  socket.setTimeout(consoleLimits.connectTimeoutMs, () => socket.destroy(new Error('the screen did not answer')))
  socket.once('connect', () => socket.setTimeout(0))
  forwardInput(viewer, socket)
  socket.on('error', () => viewer.close(consoleCloseCodes.machineOff, 'the machine is off'))
  socket.on('close', () => viewer.close(consoleCloseCodes.machineOff, 'the machine is off'))
  viewer.on('close', () => socket.destroy())
}

function resumeWhenDrained(viewer: WebSocket, socket: Socket): void {
  if (socket.isPaused() && viewer.bufferedAmount < consoleLimits.resumeBelowBytes) socket.resume()
}

/** Frames of the viewer to a socket of the machine; the viewer is paused while the machine does not take them. */
export function forwardInput(viewer: WebSocket, socket: Socket): void {
  viewer.on('message', (data, isBinary) => {
    if (!isBinary || !Buffer.isBuffer(data)) return
    if (!socket.write(data) && socket.writableLength > consoleLimits.pauseAboveBytes) viewer.pause()
  })
  socket.on('drain', () => viewer.resume())
}
