import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { z } from 'zod'

const messageSchema = z.object({
  return: z.unknown().optional(),
  error: z.object({ desc: z.string() }).optional(),
  event: z.string().optional(),
})
type Message = z.infer<typeof messageSchema>

/**
 * One JSON message a line over a unix socket: QMP and the guest agent both speak it. Answers come in the order of the
 * commands. A test's client, not the product's.
 */
export class MessageSocket implements AsyncDisposable {
  readonly #socket: Socket
  readonly #waiting: ((message: Message) => void)[] = []
  readonly #events: string[] = []
  #onEvent: () => void = () => undefined
  #unread = ''

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.setEncoding('utf8')
    socket.on('data', (text: string) => this.#take(text))
    // The machine's end closes the socket under us: whoever waits runs into its own timeout.
    socket.on('error', () => socket.destroy())
  }

  static async open(path: string): Promise<MessageSocket> {
    const socket = connect(path)
    await once(socket, 'connect')
    return new MessageSocket(socket)
  }

  #take(text: string): void {
    const lines = (this.#unread + text).split('\n')
    this.#unread = lines.pop() ?? ''
    for (const line of lines) {
      const message = messageSchema.parse(JSON.parse(line))
      if (message.event !== undefined) {
        this.#events.push(message.event)
        this.#onEvent()
      } else if ('return' in message || message.error) this.#waiting.shift()?.(message)
    }
  }

  /** The command's return value; throws with QEMU's own words if it is refused, or if there is no answer in time. */
  async command(execute: string, args: Record<string, unknown> = {}, timeoutMs = 10_000): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<Message>()
    const timer = setTimeout(() => reject(new Error(`${execute}: no answer in ${timeoutMs} ms`)), timeoutMs)
    this.#waiting.push(resolve)
    this.#socket.write(`${JSON.stringify({ execute, arguments: args })}\n`)
    const reply = await promise.finally(() => clearTimeout(timer))
    if (reply.error !== undefined) throw new Error(`${execute}: ${reply.error.desc}`)
    return reply.return
  }

  /** For what is never answered when it succeeds, like the guest agent's guest-shutdown. */
  send(execute: string, args: Record<string, unknown> = {}): void {
    this.#socket.write(`${JSON.stringify({ execute, arguments: args })}\n`)
  }

  /** Waits until an event of this name has come since the socket was opened; consumes it and those before it. */
  async waitForEvent(name: string, timeoutMs: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<undefined>()
    const look = (): void => {
      const index = this.#events.indexOf(name)
      if (index < 0) return
      this.#events.splice(0, index + 1)
      resolve(undefined)
    }
    const timer = setTimeout(() => {
      reject(new Error(`no ${name} in ${timeoutMs} ms; came: ${this.#events.join(' ')}`))
    }, timeoutMs)
    this.#onEvent = look
    look()
    await promise.finally(() => {
      clearTimeout(timer)
      this.#onEvent = () => undefined
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#socket.destroyed) return
    const closed = once(this.#socket, 'close')
    this.#socket.destroy()
    await closed
  }
}
