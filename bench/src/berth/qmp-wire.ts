/** The few words of QMP that a benchmark says itself, in the agent's absence: to time bare QEMU, and to ask it what is so. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { z } from 'zod'
import { until } from '../measure/started-program.ts'

const eventSchema = z.object({
  event: z.string(),
  timestamp: z.object({ seconds: z.number(), microseconds: z.number() }),
})
const messageSchema = z.object({ return: z.unknown(), error: z.unknown(), QMP: z.unknown() }).partial()
/** `atMs`: QEMU's own wall clock, milliseconds since 1970. */
type EventListener = (event: string, atMs: number) => void
export const statusSchema = z.object({ status: z.string(), running: z.boolean() })

export class QmpWire implements Disposable {
  readonly #socket: Socket
  readonly #answers: unknown[] = []
  #waiting: PromiseWithResolvers<unknown> | undefined
  #isClosed = false
  readonly #onEvent: EventListener | undefined
  #rest = ''

  private constructor(socket: Socket, onEvent: EventListener | undefined) {
    this.#socket = socket
    this.#onEvent = onEvent
    socket.setEncoding('utf8').on('data', (text: string) => this.#read(text))
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      this.#isClosed = true
      this.#waiting?.reject(new Error('QEMU ended'))
    })
  }

  /** Waits for the socket to be there, for the greeting, and for the capabilities to be settled. */
  static async open(path: string, everyMs = 3, onEvent?: EventListener): Promise<QmpWire> {
    const socket = await until(`QMP on ${path}`, () => tryConnect(path), { everyMs, timeoutMs: 30_000 })
    const wire = new QmpWire(socket, onEvent)
    await wire.#next()
    await wire.command('qmp_capabilities')
    return wire
  }

  /** `args`: as QMP's schema has them. */
  async command(execute: string, args: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    const answer = this.#next()
    this.#socket.write(`${JSON.stringify({ execute, arguments: args })}\n`)
    return answer
  }

  [Symbol.dispose](): void {
    this.#socket.destroy()
  }

  #next(): Promise<unknown> {
    const waiting = Promise.withResolvers<unknown>()
    if (this.#answers.length > 0) waiting.resolve(this.#answers.shift())
    else if (this.#isClosed) waiting.reject(new Error('QEMU ended'))
    else this.#waiting = waiting
    return waiting.promise
  }

  #read(text: string): void {
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop() ?? ''
    for (const line of lines) {
      const parsed: unknown = JSON.parse(line)
      const { success: isEvent, data: told } = eventSchema.safeParse(parsed)
      if (isEvent) this.#onEvent?.(told.event, told.timestamp.seconds * 1000 + told.timestamp.microseconds / 1000)
      const message = messageSchema.parse(parsed)
      if (message.error !== undefined) throw new Error(`QMP refused: ${line}`)
      const answer = message.return ?? message.QMP
      if (answer === undefined) continue
      const waiting = this.#waiting
      this.#waiting = undefined
      if (waiting === undefined) this.#answers.push(answer)
      else waiting.resolve(answer)
    }
  }
}

async function tryConnect(path: string): Promise<Socket | undefined> {
  const socket = connect({ path })
  try {
    await once(socket, 'connect')
    return socket
  } catch {
    // Not there yet.
    return undefined
  }
}
