import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** A guest's serial line on a unix socket: everything received is kept, waits look at what has not been consumed yet. */
export class SerialLine implements AsyncDisposable {
  readonly #socket: Socket
  #received = ''
  #consumed = 0
  #commands = 0
  #onText: () => void = () => undefined

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.setEncoding('utf8')
    socket.on('data', (text: string) => {
      this.#received += text
      this.#onText()
    })
    socket.on('error', () => socket.destroy())
  }

  static async open(path: string): Promise<SerialLine> {
    const socket = connect(path)
    await once(socket, 'connect')
    return new SerialLine(socket)
  }

  write(text: string): void {
    this.#socket.write(text)
  }

  /** Waits for the pattern and consumes up to its end. Throws with the last that was received when the time is over. */
  async waitFor(pattern: RegExp, timeoutMs: number): Promise<RegExpExecArray> {
    const { promise, resolve, reject } = Promise.withResolvers<RegExpExecArray>()
    const look = (): void => {
      const match = pattern.exec(this.#received.slice(this.#consumed))
      if (match === null) return
      this.#consumed += match.index + match[0].length
      resolve(match)
    }
    const timer = setTimeout(() => {
      reject(new Error(`no ${pattern.source} on serial in ${timeoutMs} ms; last: ${this.#received.slice(-500)}`))
    }, timeoutMs)
    this.#onText = look
    look()
    return await promise.finally(() => {
      clearTimeout(timer)
      this.#onText = () => undefined
    })
  }

  async logIn(timeoutMs: number): Promise<void> {
    await this.waitFor(/login: $/, timeoutMs)
    this.write('root\n')
    // The shell asks the terminal where the cursor is.
    await this.waitFor(/# (\x1b\[6n)?$/, 10_000)
  }

  /** Runs a command in the shell that waits on the line; throws if it does not end with status 0. */
  async run(command: string, timeoutMs = 10_000): Promise<string> {
    this.#commands += 1
    const n = this.#commands
    // The quotes keep the echo of what is typed, which the shell also wraps and redraws, from looking like the marks.
    this.write(`echo 'begin'-${n}; ${command}; echo 'end'-${n}=$?\n`)
    const ended = await this.waitFor(new RegExp(`begin-${n}\\r\\n([^]*?)end-${n}=(\\d+)\\r\\n`), timeoutMs)
    if (ended[2] !== '0') throw new Error(`${command}: status ${ended[2] ?? ''}: ${ended[1] ?? ''}`)
    return (ended[1] ?? '').replaceAll('\r\n', '\n').trimEnd()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#socket.destroyed) return
    const closed = once(this.#socket, 'close')
    this.#socket.destroy()
    await closed
  }
}
