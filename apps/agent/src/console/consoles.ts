/**
 * The consoles of all machines of this host: takes upgraded connections, and keeps each serial port while its machine
 * runs. Who may open a console, and who he is, was decided by the panel; here only the panel can connect (mutual TLS).
 */
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import type { ConsoleKind } from '@berth/core/agent-contract/agent-contract'
import { consoleCloseCodes } from '@berth/core/console/serial-control'
import type { ConsoleSeat } from '@berth/core/console/console-viewer'
import { AppError } from '@berth/core/errors/app-error'
import type { VmId } from '@berth/core/ids/ids'
import { WebSocketServer, type WebSocket } from 'ws'
import { consoleLimits } from './console-limits.ts'
import { relayScreen } from './screen-relay.ts'
import { SerialConsole } from './serial-console.ts'
import { SerialHistory, type SerialPiece } from './serial-history.ts'
import { ViewerRegistry } from './viewer-registry.ts'
import { seatOf, seatViewer } from './viewer-seat.ts'

export interface ConsolePorts {
  vmId: VmId
  vncSocketPath: string
  serialSocketPath: string
}

/** What Node hands to an `upgrade` listener. */
export interface Upgrade {
  request: IncomingMessage
  socket: Duplex
  head: Buffer
}

export interface ConsoleRequest {
  vmId: VmId
  kind: ConsoleKind
}

export class Consoles {
  readonly #historyFolder: (vmId: VmId) => string
  readonly #serials = new Map<VmId, SerialConsole>()
  readonly #running = new Map<VmId, ConsolePorts>()
  readonly #viewers = new Map<VmId, ViewerRegistry>()
  readonly #server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    // Answered by each viewer's seat, within bounds.
    autoPong: false,
    maxPayload: consoleLimits.maxPayloadBytes,
    handleProtocols: (offered) => (offered.has('binary') ? 'binary' : false),
  })

  /** `vmFolder` is where a machine's own files lie; its serial history lies in `serial` below it. */
  constructor(vmFolder: (vmId: VmId) => string) {
    this.#historyFolder = (vmId) => join(vmFolder(vmId), 'serial')
  }

  /** A run began, or was adopted. */
  runBegan(ports: ConsolePorts): void {
    this.#running.set(ports.vmId, ports)
    this.#serial(ports.vmId).attachPort(ports.serialSocketPath)
  }

  runEnded(vmId: VmId): void {
    this.#running.delete(vmId)
  }

  /** The machine is gone for good: its viewers are closed and its files let go. */
  forget(vmId: VmId): void {
    this.runEnded(vmId)
    this.#serials.get(vmId)?.close()
    this.#serials.delete(vmId)
    this.#viewers.delete(vmId)
  }

  /** What the serial port of a machine that has left said here; see SerialConsole. */
  serialPast(vmId: VmId, signal: AbortSignal): Promise<SerialPiece[]> {
    return this.#serial(vmId).past(signal)
  }

  precedeSerial(vmId: VmId, earlier: readonly SerialPiece[]): void {
    this.#serial(vmId).precede(earlier)
  }

  handleUpgrade(upgrade: Upgrade, target: ConsoleRequest): void {
    // What the viewer's listeners can see lives as long as he does: not the request, which holds a leash's TLS connection.
    const seat = seatOf(upgrade.request.headers)
    this.#server.handleUpgrade(upgrade.request, upgrade.socket, upgrade.head, (viewer) => {
      viewer.on('error', () => viewer.terminate())
      keepAlive(viewer)
      this.#open(viewer, target, seat)
    })
  }

  /** For keys that come by no console. Throws CONSOLE_HELD while another user has taken that console over. */
  requireTyping({ vmId, kind }: ConsoleRequest, userId: string): void {
    const holder = this.#viewers.get(vmId)?.holderOf(kind)
    if (holder === undefined || holder.userId === userId) return
    throw new AppError('CONSOLE_HELD', `${holder.name} has taken over the ${kind}.`, {
      details: { holder: holder.name },
    })
  }

  /**
   * Tells every viewer that the agent ends, and waits for their answers for a moment: a connection that is cut before its
   * last frame is written tells a browser nothing but "lost".
   */
  async dismissViewers(): Promise<void> {
    const viewers = [...this.#server.clients]
    const gone = viewers.map(async (viewer) => {
      const closed = once(viewer, 'close')
      viewer.close(consoleCloseCodes.agentStopping, 'the agent restarts')
      await closed
    })
    const { promise: timeIsUp, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, consoleLimits.goodbyeMs)
    await Promise.race([Promise.allSettled(gone), timeIsUp])
    clearTimeout(timer)
  }

  close(): void {
    for (const viewer of this.#server.clients) viewer.terminate()
    for (const serial of this.#serials.values()) serial.close()
  }

  #open(viewer: WebSocket, { vmId, kind }: ConsoleRequest, seat: ConsoleSeat): void {
    const ports = this.#running.get(vmId)
    if (kind === 'screen' && ports === undefined)
      return viewer.close(consoleCloseCodes.machineOff, 'the machine is off')
    const viewers = this.#viewersOf(vmId)
    if (viewers.count(kind) >= consoleLimits.viewersPerConsole) return viewer.close(1013, 'too many viewers')
    const seated = seatViewer(viewer, viewers, { seat, kind })
    if (kind === 'serial') this.#serial(vmId).attachViewer(viewer, seated.mayType)
    else if (ports) seated.onMayType(relayScreen(viewer, ports.vncSocketPath))
  }

  #viewersOf(vmId: VmId): ViewerRegistry {
    const known = this.#viewers.get(vmId)
    if (known !== undefined) return known
    const made = new ViewerRegistry()
    this.#viewers.set(vmId, made)
    return made
  }

  #serial(vmId: VmId): SerialConsole {
    const known = this.#serials.get(vmId)
    if (known !== undefined) return known
    const made = new SerialConsole(new SerialHistory(this.#historyFolder(vmId)))
    this.#serials.set(vmId, made)
    return made
  }
}

/**
 * Notices a viewer whose computer is gone, and keeps idle connections open through proxies. The timer re-arms itself
 * with each answer, so a connection costs one timer and a dead one ends after two intervals.
 */
function keepAlive(viewer: WebSocket): void {
  let timer = setTimeout(ping, consoleLimits.pingIntervalMs)
  function ping(): void {
    viewer.ping()
    timer = setTimeout(() => viewer.terminate(), consoleLimits.pingIntervalMs)
  }
  viewer.on('pong', () => {
    clearTimeout(timer)
    timer = setTimeout(ping, consoleLimits.pingIntervalMs)
  })
  viewer.on('close', () => clearTimeout(timer))
}
