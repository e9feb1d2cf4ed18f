/** A viewer of a machine's serial console by the product's own way: a ticket, and a WebSocket through panel and agent. */
import { once } from 'node:events'
import { z } from 'zod'
import WebSocket from 'ws'
import type { ConsoleViewer } from '@berth/core/console/console-viewer'
import { consoleControlSchema, type ConsoleControl } from '@berth/core/console/serial-control'
import type { PanelClient } from './panel-client.ts'

const ticketSchema = z.object({ ticket: z.string(), path: z.string() })

/** Asks for a ticket; `path` is where it is spent. */
export async function openTicket(panel: PanelClient, vmId: string, kind: 'screen' | 'serial') {
  return panel.mutate('console.open', { vmId, kind }, ticketSchema)
}

/** Up in 4 s on two idle cores under TCG; many others at work on them have made that two minutes. */
export const bootTimeoutMs = 180_000

export class SerialViewer implements AsyncDisposable {
  readonly controls: ConsoleControl[] = []
  readonly #socket: WebSocket
  #received = ''
  #consumed = 0
  #commands = 0
  #onChange: () => void = () => undefined

  private constructor(socket: WebSocket) {
    this.#socket = socket
    socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) this.#received += data.toString('latin1')
      else this.controls.push(consoleControlSchema.parse(JSON.parse(data.toString())))
      this.#onChange()
    })
    socket.on('error', () => socket.terminate())
  }

  static async open(panel: PanelClient, url: string, vmId: string): Promise<SerialViewer> {
    const { path } = await openTicket(panel, vmId, 'serial')
    const socket = new WebSocket(`${url.replace('http', 'ws')}${path}`, 'binary')
    const viewer = new SerialViewer(socket)
    await once(socket, 'open', { signal: AbortSignal.timeout(10_000) })
    return viewer
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN
  }

  /** Everything received so far, history included. */
  get text(): string {
    return this.#received
  }

  /** Of the last list: who is at the machine's consoles. */
  get viewers(): ConsoleViewer[] {
    const last = this.controls.findLast((control) => control.type === 'viewers')
    return last?.type === 'viewers' ? last.viewers : []
  }

  write(text: string): void {
    this.#socket.send(Buffer.from(text, 'latin1'))
  }

  /** Waits for the pattern in what was not consumed yet, and consumes up to its end. */
  async waitFor(pattern: RegExp, timeoutMs: number): Promise<RegExpExecArray> {
    return this.#wait(`${pattern.source} on serial; last: ${this.#received.slice(-400)}`, timeoutMs, () => {
      const match = pattern.exec(this.#received.slice(this.#consumed))
      if (match !== null) this.#consumed += match.index + match[0].length
      return match ?? undefined
    })
  }

  /** Waits for a control message of this type among all that came. */
  async waitForControl(type: ConsoleControl['type'], timeoutMs = 10_000): Promise<ConsoleControl> {
    return this.#wait(`control ${type}`, timeoutMs, () => this.controls.find((control) => control.type === type))
  }

  /** Waits for the guest's boot to end, from the history or live, and logs in unless somebody is. */
  async logIn(): Promise<void> {
    await this.waitFor(/login: $|# (\x1b\[6n)?$/, bootTimeoutMs)
    if (!/login: $/.test(this.#received)) return
    this.write('root\n')
    // The shell asks the terminal where the cursor is.
    await this.waitFor(/# (\x1b\[6n)?$/, 20_000)
  }

  /** Runs a command in the shell that waits on the line; throws if it does not end with status 0. */
  async run(command: string, timeoutMs = 20_000): Promise<string> {
    this.#commands += 1
    const mark = `${this.#commands}-${Math.random().toString(36).slice(2, 8)}`
    // The quotes keep the echo of what is typed from looking like the marks.
    this.write(`echo 'begin'-${mark}; ${command}; echo 'end'-${mark}=$?\n`)
    const ended = await this.waitFor(new RegExp(`begin-${mark}\\r\\n([^]*?)end-${mark}=(\\d+)\\r\\n`), timeoutMs)
    if (ended[2] !== '0') throw new Error(`${command}: status ${ended[2] ?? ''}: ${ended[1] ?? ''}`)
    return (ended[1] ?? '').replaceAll('\r\n', '\n').trimEnd()
  }

  async #wait<T>(what: string, timeoutMs: number, look: () => T | undefined): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    const check = (): void => {
      const found = look()
      if (found !== undefined) resolve(found)
    }
    const timer = setTimeout(() => reject(new Error(`not in ${timeoutMs} ms: ${what}`)), timeoutMs)
    this.#onChange = check
    check()
    return await promise.finally(() => {
      clearTimeout(timer)
      this.#onChange = () => undefined
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#socket.readyState === WebSocket.CLOSED) return
    const closed = once(this.#socket, 'close')
    this.#socket.terminate()
    await closed
  }
}
