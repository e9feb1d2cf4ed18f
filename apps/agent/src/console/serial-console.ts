/**
 * Holds one machine's serial port.
 *
 * QEMU's chardev takes one client, so the agent is that client for as long as the machine runs: it records everything
 * and fans out. A viewer is a position in the history and a pump that follows it at the viewer's own pace; one that is
 * slower than the guest falls back into the files, and never slows the guest or the others. Viewers outlive runs: while
 * the machine is off they are told so, and go on when it is back.
 */
import { once } from 'node:events'
import type { ConsoleControl } from '@berth/core/console/serial-control'
import { KiB } from '@berth/core/units/bytes'
import type { WebSocket } from 'ws'
import { hypervisor, type HostSocket } from '../hypervisor/hypervisor.ts'
import { consoleLimits } from './console-limits.ts'
import type { SerialHistory, SerialPiece } from './serial-history.ts'

const sendBytes = 64 * KiB

interface Viewer {
  socket: WebSocket
  mayType: () => boolean
  position: number
  /** Where the replayed history ends and live output begins for this viewer; undefined once it is passed. */
  liveAt: number | undefined
  isWaiting: boolean
}

export class SerialConsole {
  readonly #history: SerialHistory
  readonly #viewers = new Set<Viewer>()
  #port: HostSocket | undefined

  constructor(history: SerialHistory) {
    this.#history = history
  }

  /** Takes the port of a run that has begun or was adopted. Bytes that QEMU still holds arrive first. */
  attachPort(path: string): void {
    this.#port?.destroy()
    const port = hypervisor().connect(path)
    this.#port = port
    port.setNoDelay()
    port.on('data', (data: Buffer) => this.#record(data))
    port.on('error', () => port.destroy())
    port.on('close', () => this.#lose(port))
    port.once('connect', () => this.#tellAll({ type: 'machine', isOn: true }))
  }

  /** What comes while `mayType` says no is dropped. */
  attachViewer(socket: WebSocket, mayType: () => boolean): void {
    const { bytes, droppedBytes } = this.#history.extent
    const viewer: Viewer = { socket, mayType, position: 0, liveAt: this.#history.end, isWaiting: false }
    this.#viewers.add(viewer)
    tell(viewer, { type: 'machine', isOn: this.#port !== undefined })
    tell(viewer, { type: 'replay', bytes, droppedBytes })
    this.#pump(viewer)
    socket.on('message', (data, isBinary) => {
      if (isBinary && Buffer.isBuffer(data)) this.#type(viewer, data)
    })
    socket.on('close', () => this.#viewers.delete(viewer))
  }

  /** All that is kept, once the port of a process that has ended has given its last byte; `signal` ends the waiting. */
  async past(signal: AbortSignal): Promise<SerialPiece[]> {
    // Its close is heard: an abort only means that the rest is not waited for.
    if (this.#port !== undefined) await once(this.#port, 'close', { signal }).catch(() => undefined)
    return this.#history.pieces()
  }

  /** Viewers go on where they are: what lies before they have seen on the other host, and are told when they attach anew. */
  precede(earlier: readonly SerialPiece[]): void {
    const grown = this.#history.precede(earlier)
    for (const viewer of this.#viewers) {
      viewer.position += grown
      if (viewer.liveAt !== undefined) viewer.liveAt += grown
    }
  }

  close(): void {
    this.#port?.destroy()
    this.#history.close()
  }

  #record(data: Buffer): void {
    this.#history.append(data)
    for (const viewer of this.#viewers) if (!viewer.isWaiting) this.#pump(viewer)
  }

  #pump(viewer: Viewer): void {
    viewer.isWaiting = false
    while (viewer.socket.readyState === viewer.socket.OPEN) {
      if (viewer.liveAt !== undefined && viewer.position >= viewer.liveAt) {
        viewer.liveAt = undefined
        tell(viewer, { type: 'live' })
      }
      const { offset, data } = this.#history.read(viewer.position, sendBytes)
      if (data.length === 0) return
      viewer.position = offset + data.length
      const isFull = viewer.socket.bufferedAmount + data.length > consoleLimits.pauseAboveBytes
      viewer.isWaiting = isFull
      viewer.socket.send(data, isFull ? () => this.#pump(viewer) : undefined)
      if (isFull) return
    }
  }

  #type(viewer: Viewer, data: Buffer): void {
    const port = this.#port
    if (port === undefined || !viewer.mayType()) return
    if (port.write(data) || port.writableLength < consoleLimits.pauseAboveBytes) return
    viewer.socket.pause()
    port.once('drain', () => viewer.socket.resume())
    port.once('close', () => viewer.socket.resume())
  }

  #lose(port: HostSocket): void {
    if (this.#port !== port) return
    this.#port = undefined
    this.#tellAll({ type: 'machine', isOn: false })
  }

  #tellAll(control: ConsoleControl): void {
    for (const viewer of this.#viewers) tell(viewer, control)
  }
}

function tell(viewer: Viewer, control: ConsoleControl): void {
  if (viewer.socket.readyState === viewer.socket.OPEN) viewer.socket.send(JSON.stringify(control))
}
