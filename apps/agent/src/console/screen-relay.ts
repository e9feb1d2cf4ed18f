/**
 * Relays one viewer's WebSocket to the machine's VNC socket. The picture is not looked into; of what the viewer sends,
 * keys and pointer are left out while he only watches (screen-input.ts).
 *
 * Each viewer has a connection to QEMU of its own (QEMU serves several; noVNC asks for a shared session), so one that
 * stalls holds up only itself. When QEMU ends, the viewer is told by close code and comes back with the machine.
 */
import { consoleCloseCodes } from '@berth/core/console/serial-control'
import type { WebSocket } from 'ws'
import type { HostSocket } from '../hypervisor/hypervisor.ts'
import { consoleLimits } from './console-limits.ts'
import { connectPooled } from './pooled-socket.ts'
import { ScreenInput } from './screen-input.ts'

/** Returns what tells it whether the viewer may type. */
export function relayScreen(viewer: WebSocket, vncSocketPath: string): (mayType: boolean) => void {
  const { socket } = connectPooled(vncSocketPath, (data, release) => {
    viewer.send(data, () => {
      release()
      resumeWhenDrained(viewer, socket)
    })
    if (viewer.bufferedAmount > consoleLimits.pauseAboveBytes) socket.pause()
  })
  socket.setTimeout(consoleLimits.connectTimeoutMs, () => socket.destroy(new Error('the screen did not answer')))
  socket.once('connect', () => socket.setTimeout(0))
  const input = new ScreenInput()
  forwardInput(viewer, socket, input)
  socket.on('error', () => viewer.close(consoleCloseCodes.machineOff, 'the machine is off'))
  socket.on('close', () => viewer.close(consoleCloseCodes.machineOff, 'the machine is off'))
  viewer.on('close', () => socket.destroy())
  return (mayType) => {
    for (const release of input.allow(mayType)) socket.write(release)
  }
}

function resumeWhenDrained(viewer: WebSocket, socket: HostSocket): void {
  if (socket.isPaused() && viewer.bufferedAmount < consoleLimits.resumeBelowBytes) socket.resume()
}

/** The viewer is paused while the machine does not take what he sends. */
function forwardInput(viewer: WebSocket, socket: HostSocket, input: ScreenInput): void {
  viewer.on('message', (data, isBinary) => {
    if (!isBinary || !Buffer.isBuffer(data)) return
    for (const part of input.take(data)) socket.write(part)
    if (socket.writableLength > consoleLimits.pauseAboveBytes) viewer.pause()
  })
  socket.on('drain', () => viewer.resume())
}
