/** A tiny guest's shell over the agent's serial console, as the panel opens it. */
import { once } from 'node:events'
import { consolePath } from '@berth/core/agent-contract/agent-contract'
import type { VmId } from '@berth/core/ids/ids'
import WebSocket from 'ws'
import type { TestHost } from './test-host.ts'

/** 4 s on two idle cores under TCG; other work on the same cores has made it ten times as much. */
const bootTimeoutMs = 90_000

export class GuestSerial implements AsyncDisposable {
  readonly #socket: WebSocket
  #received = ''
  #consumed = 0
  #commands = 0
  #onText: () => void = () => undefined
  readonly #live = Promise.withResolvers<void>()

  private constructor(socket: WebSocket) {
    this.#socket = socket
    socket.on('message', (data, isBinary) => {
      if (isBinary && Buffer.isBuffer(data)) this.#received += data.toString('latin1')
      else if (Buffer.isBuffer(data) && data.toString().includes('"live"')) this.#live.resolve()
      this.#onText()
    })
    socket.on('error', () => socket.terminate())
  }

  static async open(host: TestHost, vmId: VmId): Promise<GuestSerial> {
    const { ca } = host.panel
    const { certPem, keyPem } = await ca.makeClient('panel')
    const url = `wss://127.0.0.1:${host.agent.port}${consolePath(vmId, 'serial')}`
    const socket = new WebSocket(url, 'binary', { ca: ca.caPem, cert: certPem, key: keyPem })
    const serial = new GuestSerial(socket)
    await once(socket, 'open', { signal: AbortSignal.timeout(10_000) })
    return serial
  }

  /** All that came, from the beginning of the history on. */
  get received(): string {
    return this.#received
  }

  write(text: string): void {
    this.#socket.send(Buffer.from(text, 'latin1'))
  }

  /** Waits for the pattern in what was not consumed yet, and consumes up to its end. */
  async waitFor(pattern: RegExp, timeoutMs: number): Promise<RegExpExecArray> {
    const { promise, resolve, reject } = Promise.withResolvers<RegExpExecArray>()
    const look = (): void => {
      const match = pattern.exec(this.#received.slice(this.#consumed))
      if (match === null) return
      this.#consumed += match.index + match[0].length
      this.#onText = () => undefined
      resolve(match)
    }
    const timer = setTimeout(() => {
      reject(new Error(`no ${pattern.source} on serial in ${timeoutMs} ms; last: ${this.#received.slice(-500)}`))
    }, timeoutMs)
    this.#onText = look
    look()
    return promise.finally(() => clearTimeout(timer))
  }

  /**
   * The next numbers of a guest that counts, see countingDisc. Not from the history: between its end and now lies what the guest
   * has said while no agent listened.
   */
  async nextCounts(timeoutMs: number): Promise<number[]> {
    await this.#live.promise
    this.#consumed = this.#received.length
    // The rest of a line whose beginning may be lost.
    await this.waitFor(/\n/, timeoutMs)
    const [lines] = await this.waitFor(/^(#[0-9a-f]{4}\r\n){4}/, timeoutMs)
    return [...lines.matchAll(/[0-9a-f]{4}/g)].map(([digits]) => Number.parseInt(digits, 16))
  }

  /** Waits for a boot that was not waited for yet, and logs in. */
  async logIn(): Promise<void> {
    await this.waitFor(/GUEST-READY/, bootTimeoutMs)
    this.write('\n')
    await this.waitFor(/login: $/, 20_000)
    this.write('root\n')
    // The shell asks the terminal where the cursor is.
    await this.waitFor(/# (\x1b\[6n)?$/, 20_000)
  }

  /** Runs a command in the shell; throws unless it ends with status 0. */
  async run(command: string, timeoutMs = 30_000): Promise<string> {
    const n = ++this.#commands
    // The quotes keep the echo of what is typed, which the shell also wraps and redraws, from looking like the marks.
    this.write(`echo 'begin'-${n}; ${command}; echo 'end'-${n}=$?\n`)
    const ended = await this.waitFor(new RegExp(`begin-${n}\\r\\n([^]*?)end-${n}=(\\d+)\\r\\n`), timeoutMs)
    if (ended[2] !== '0') throw new Error(`${command}: status ${ended[2] ?? ''}: ${ended[1] ?? ''}`)
    return (ended[1] ?? '').replaceAll('\r\n', '\n').trimEnd()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#socket.readyState === WebSocket.CLOSED) return
    const closed = once(this.#socket, 'close')
    this.#socket.terminate()
    await closed
  }
}
