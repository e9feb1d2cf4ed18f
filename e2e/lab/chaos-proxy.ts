/**
 * A TCP proxy that misbehaves on demand, to be put between panel, agents and database: this computer's kernel has no
 * netem, and a cut of one direction is more than netem could do. Settings change while it runs, for all connections or
 * for those to come.
 */
import { once } from 'node:events'
import { connect, createServer, type NetConnectOpts, type Server, type Socket } from 'node:net'
import { calm, changed, seededRandom, type ChaosChange, type ChaosSettings } from './chaos-settings.ts'
import { ChaosFlow } from './chaos-flow.ts'

export interface ChaosProxyOptions {
  /** Where the real server listens: `{ host, port }`, or `{ path }` of a unix socket. */
  readonly target: NetConnectOpts
  /** Where the proxy listens; loopback and a free port by default. */
  readonly listen?: { readonly host?: string; readonly port?: number }
  /** The same seed draws the same jitter. */
  readonly seed?: number
  /** Of each direction of each connection. */
  readonly maxHeldBytes?: number
}

export interface ChaosCounts {
  readonly accepted: number
  readonly open: number
  /** Connections that the proxy reset. */
  readonly resets: number
  /** The server did not take them. */
  readonly refusedByServer: number
  readonly bytesToServer: number
  readonly bytesToClient: number
  readonly bytesSwallowed: number
  /** The most that any one direction ever held back. */
  readonly mostHeldBytes: number
}

const defaultMaxHeldBytes = 1 << 20

interface Pair {
  readonly client: Socket
  readonly server: Socket
  readonly toServer: ChaosFlow
  readonly toClient: ChaosFlow
}

export async function openChaosProxy(options: ChaosProxyOptions): Promise<ChaosProxy> {
  const proxy = new ChaosProxy(options)
  await proxy.open()
  return proxy
}

export class ChaosProxy implements AsyncDisposable {
  readonly #options: ChaosProxyOptions
  readonly #random: () => number
  readonly #pairs = new Set<Pair>()
  /** Those that hang in the door. */
  readonly #waiting = new Set<Socket>()
  readonly #counts = {
    ...{ accepted: 0, resets: 0, refusedByServer: 0 },
    ...{ bytesToServer: 0, bytesToClient: 0, bytesSwallowed: 0, mostHeldBytes: 0 },
  }
  readonly host: string
  #port: number
  #server: Server | undefined
  #settings: ChaosSettings = calm

  constructor(options: ChaosProxyOptions) {
    this.#options = options
    this.#random = seededRandom(options.seed ?? 1)
    this.host = options.listen?.host ?? '127.0.0.1'
    this.#port = options.listen?.port ?? 0
  }

  get port(): number {
    return this.#port
  }

  get counts(): ChaosCounts {
    return { ...this.#counts, open: this.#pairs.size }
  }

  async open(): Promise<void> {
    // A socket whose peer has ended may still be written to: the other half is the other direction's business.
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.#accept(client))
    server.listen(this.#port, this.host)
    await once(server, 'listening')
    const address = server.address()
    if (typeof address === 'object' && address !== null) this.#port = address.port
    this.#server = server
  }

  /** What is not named stays as it is. `scope`: those that are open as well, or only those to come. */
  async set(change: ChaosChange, scope: 'all' | 'new' = 'all'): Promise<void> {
    this.#settings = changed(this.#settings, change)
    if (scope === 'all') {
      for (const { toServer, toClient } of this.#pairs) {
        toServer.way = { ...toServer.way, ...change.toServer }
        toClient.way = { ...toClient.way, ...change.toClient }
      }
    }
    if (this.#settings.door === 'refuse') await this.#shut()
    else if (this.#server === undefined) await this.open()
    if (this.#settings.door !== 'open') return
    for (const client of this.#waiting) this.#join(client)
    this.#waiting.clear()
  }

  /** No byte comes through in either direction, nobody new gets an answer; `heal` mends it, and nothing was lost. */
  async cut(): Promise<void> {
    await this.set({ toServer: { flow: 'hold' }, toClient: { flow: 'hold' }, door: 'hang' })
  }

  /** Everything as if there were no proxy. Connections that are torn stay torn. */
  async heal(): Promise<void> {
    await this.set(calm)
  }

  /** RST to both ends of all that is open. Answers how many. */
  reset(): number {
    const pairs = [...this.#pairs]
    for (const pair of pairs) this.#resetPair(pair)
    return pairs.length
  }

  /**
   * One end is gone without a word: the other's connections stay open, what is sent there is lost, nothing ever comes back.
   * Whoever listens at the end that is gone sees a reset. New connections are as the settings say.
   */
  vanish(side: 'client' | 'server'): number {
    const pairs = [...this.#pairs]
    for (const { client, server, toServer, toClient } of pairs) {
      toServer.way = { ...toServer.way, flow: 'swallow' }
      toClient.way = { ...toClient.way, flow: 'swallow' }
      const gone = side === 'client' ? client : server
      gone.resetAndDestroy()
    }
    return pairs.length
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { client, server } of this.#pairs) {
      client.destroy()
      server.destroy()
    }
    for (const client of this.#waiting) client.destroy()
    await this.#shut()
  }

  async #shut(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    // `close` waits for the connections, which go on; the port is free at once.
    if (server !== undefined) server.close()
  }

  #accept(client: Socket): void {
    this.#counts.accepted += 1
    client.on('error', () => undefined)
    if (this.#settings.door === 'open') return this.#join(client)
    this.#waiting.add(client)
    client.once('close', () => this.#waiting.delete(client))
  }

  #join(client: Socket): void {
    const server = connect({ ...this.#options.target, allowHalfOpen: true, noDelay: true })
    let isConnected = false
    server.once('connect', () => (isConnected = true))
    server.on('error', () => {
      if (isConnected) return
      this.#counts.refusedByServer += 1
      client.resetAndDestroy()
    })
    const both = {
      random: this.#random,
      maxHeldBytes: this.#options.maxHeldBytes ?? defaultMaxHeldBytes,
      onHeld: (bytes: number) => (this.#counts.mostHeldBytes = Math.max(this.#counts.mostHeldBytes, bytes)),
      onSwallowed: (bytes: number) => (this.#counts.bytesSwallowed += bytes),
      onLimit: () => this.#resetPair(pair),
    }
    const pair: Pair = {
      client,
      server,
      toServer: new ChaosFlow({
        ...{ ...both, from: client, to: server, way: this.#settings.toServer },
        onPassed: (bytes) => (this.#counts.bytesToServer += bytes),
      }),
      toClient: new ChaosFlow({
        ...{ ...both, from: server, to: client, way: this.#settings.toClient },
        onPassed: (bytes) => (this.#counts.bytesToClient += bytes),
      }),
    }
    this.#pairs.add(pair)
    const forget = (): void => {
      if (client.closed && server.closed) this.#pairs.delete(pair)
    }
    client.once('close', forget)
    server.once('close', forget)
  }

  #resetPair({ client, server }: Pair): void {
    this.#counts.resets += 1
    for (const socket of [client, server]) if (!socket.destroyed) socket.resetAndDestroy()
  }
}
