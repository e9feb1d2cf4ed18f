/**
 * A look into a QEMU over the socket for experts, which the product's agent never uses. It asks one thing, whether the
 * processors run, and hears STOP and RESUME with QEMU's own clock, which is this computer's.
 */
import { connect, type Socket } from 'node:net'
import { z } from 'zod'

const lineSchema = z.object({
  QMP: z.unknown().optional(),
  return: z.unknown().optional(),
  error: z.unknown().optional(),
  event: z.string().optional(),
  data: z.object({ status: z.string().optional() }).optional(),
  timestamp: z.object({ seconds: z.number(), microseconds: z.number() }).optional(),
})
const statusSchema = z.object({ running: z.boolean(), status: z.string() })

export interface QmpListener {
  /** QEMU answered at some moment from `sentMs` to `heardMs`, in Unix time. */
  onStatus(answer: { isRunning: boolean; status: string; sentMs: number; heardMs: number }): void
  /** `status`: of events that have one, as MIGRATION has. */
  onEvent(event: { name: string; status: string | undefined; atMs: number }): void
  onClosed(): void
}

export class QmpPeek implements Disposable {
  readonly #socket: Socket
  readonly #listener: QmpListener
  #text = ''
  #isReady = false
  #sentMs: number | undefined

  constructor(path: string, listener: QmpListener) {
    this.#listener = listener
    this.#socket = connect({ path })
    this.#socket.setEncoding('utf8')
    this.#socket.on('data', (chunk: string) => this.#take(chunk))
    this.#socket.on('close', () => listener.onClosed())
    // `close` follows, and says all that matters here: there is nobody to ask any more.
    this.#socket.on('error', () => undefined)
  }

  /** Asks unless it has not answered yet: a QEMU that stands still is not asked again and again. */
  ask(): void {
    if (!this.#isReady || this.#sentMs !== undefined) return
    this.#sentMs = Date.now()
    this.#socket.write('{"execute":"query-status"}\n')
  }

  [Symbol.dispose](): void {
    this.#socket.destroy()
  }

  #take(chunk: string): void {
    this.#text += chunk
    const lines = this.#text.split('\n')
    this.#text = lines.pop() ?? ''
    for (const line of lines) if (line.trim() !== '') this.#hear(lineSchema.parse(JSON.parse(line)))
  }

  #hear(line: z.infer<typeof lineSchema>): void {
    if (line.QMP !== undefined) this.#socket.write('{"execute":"qmp_capabilities"}\n')
    else if (line.event !== undefined) this.#hearEvent(line)
    else if (!this.#isReady) {
      this.#isReady = true
      this.ask()
    } else if (this.#sentMs !== undefined) {
      const sentMs = this.#sentMs
      this.#sentMs = undefined
      const { data } = statusSchema.safeParse(line.return)
      if (data) this.#listener.onStatus({ isRunning: data.running, status: data.status, sentMs, heardMs: Date.now() })
    }
  }

  #hearEvent({ event, data, timestamp: at }: z.infer<typeof lineSchema>): void {
    if (event === undefined || at === undefined) return
    this.#listener.onEvent({
      name: event,
      status: data?.status,
      atMs: at.seconds * 1000 + at.microseconds / 1000,
    })
  }
}
