/**
 * The consoles of all machines of this host: takes upgraded connections, and keeps each serial port while its machine
 * runs. Who may open a console was decided by the panel; here only the panel can connect (mutual TLS).
 */
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import type { ConsoleKind } from '@berth/core/agent-contract/agent-contract'
import { consoleCloseCodes, consolePingSchema, type ConsoleControl } from '@berth/core/console/serial-control'
import type { VmId } from '@berth/core/ids/ids'
import { WebSocketServer, type WebSocket } from 'ws'
import { consoleLimits } from './console-limits.ts'
import { relayScreen } from './screen-relay.ts'
import { SerialConsole } from './serial-console.ts'
import { SerialHistory } from './serial-history.ts'

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
  readonly #screenViewers = new Map<VmId, number>()
  readonly #server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
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
  }

  handleUpgrade(upgrade: Upgrade, target: ConsoleRequest): void {
    this.#server.handleUpgrade(upgrade.request, upgrade.socket, upgrade.head, (viewer) => {
      viewer.on('error', () => viewer.terminate())
      keepAlive(viewer)
      answerPings(viewer)
      if (target.kind === 'serial') this.#openSerial(viewer, target.vmId)
      else this.#openScreen(viewer, target.vmId)
    })
  }

  close(): void {
    for (const viewer of this.#server.clients) viewer.close(consoleCloseCodes.agentStopping, 'the agent restarts')
    for (const serial of this.#serials.values()) serial.close()
  }

  #openSerial(viewer: WebSocket, vmId: VmId): void {
    const serial = this.#serial(vmId)
    if (serial.viewerCount >= consoleLimits.viewersPerConsole) return viewer.close(1013, 'too many viewers')
    serial.attachViewer(viewer)
  }

  #openScreen(viewer: WebSocket, vmId: VmId): void {
    const ports = this.#running.get(vmId)
    const count = this.#screenViewers.get(vmId) ?? 0
    if (ports === undefined) return viewer.close(consoleCloseCodes.machineOff, 'the machine is off')
    if (count >= consoleLimits.viewersPerConsole) return viewer.close(1013, 'too many viewers')
    this.#screenViewers.set(vmId, count + 1)
    viewer.on('close', () => this.#screenViewers.set(vmId, (this.#screenViewers.get(vmId) ?? 1) - 1))
    relayScreen(viewer, ports.vncSocketPath)
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

/** Both kinds of console ignore text frames of a viewer, so these are answered here for both. */
function answerPings(viewer: WebSocket): void {
  viewer.on('message', (data, isBinary) => {
    if (isBinary || !Buffer.isBuffer(data) || data.length > 100) return
    const ping = consolePingSchema.safeParse(parseJson(data.toString()))
    if (ping.success) viewer.send(JSON.stringify({ type: 'pong', id: ping.data.id } satisfies ConsoleControl))
  })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // A viewer's text that is no JSON asks for nothing, like any other that is not understood.
    return undefined
  }
}
