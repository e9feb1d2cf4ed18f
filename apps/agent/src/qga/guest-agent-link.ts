/**
 * One request and one answer at a time with the agent inside a guest, over its virtio-serial socket.
 *
 * The guest is not trusted, and often not there: a dead agent simply never answers, a stale answer of an earlier client
 * may still lie in the channel, and the socket serves one client. So each conversation begins with guest-sync-delimited
 * (everything before its 0xFF is thrown away), each call has its own timeout, lines and bytes are capped, and after any
 * trouble the socket is closed, and the next call begins anew. Owns the socket; calls wait for each other.
 */
import { AppError, toAppError } from '@berth/core/errors/app-error'
import { z } from 'zod'
import { hypervisor, type HostSocket } from '../hypervisor/hypervisor.ts'
import { LineFramer, parseJsonLine } from '../qmp/line-framer.ts'

const maxLineBytes = 1024 * 1024
const maxBytesPerCall = 4 * 1024 * 1024
const delimiter = 0xff

const replySchema = z.union([
  z.object({ error: z.object({ class: z.string(), desc: z.string() }) }),
  z.object({ return: z.unknown() }),
])

export interface GuestCall {
  command: string
  args?: Readonly<Record<string, unknown>>
  timeoutMs: number
  signal?: AbortSignal | undefined
}

type Reply = { kind: 'return'; value: unknown } | { kind: 'error'; class: string; desc: string }

interface Conversation {
  /** Sees each line; returns whether it was the one that is waited for. */
  onLine: (line: Buffer) => boolean
  fail: (error: AppError) => void
}

const unavailable = (message: string, cause?: unknown): AppError =>
  new AppError('GUEST_AGENT_UNAVAILABLE', message, { cause })

export class GuestAgentLink {
  readonly #socketPath: string
  #socket: HostSocket | undefined
  #isSynced = false
  #framer = new LineFramer(maxLineBytes)
  #receivedBytes = 0
  #lastSyncId = Math.floor(Math.random() * 2 ** 30)
  #conversation: Conversation | undefined
  /** The end of the last call; each call begins after it. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(socketPath: string) {
    this.#socketPath = socketPath
  }

  /**
   * The agent's answer. Throws GUEST_AGENT_UNAVAILABLE (no channel, no answer in time, not understood, refused by the
   * agent: details.class, details.desc) or OPERATION_CANCELLED. `timeoutMs` counts for sync and answer each.
   */
  call(call: GuestCall): Promise<unknown> {
    const turn = this.#last.then(() => this.#callNow(call))
    this.#last = turn.catch(() => undefined)
    return turn
  }

  close(): void {
    this.#drop(unavailable('the connection to the guest agent was closed'))
  }

  async #callNow(call: GuestCall): Promise<unknown> {
    this.#receivedBytes = 0
    try {
      await this.#sync(call)
      const reply = await this.#ask<Reply>(call, {
        message: { execute: call.command, ...(call.args && { arguments: call.args }) },
        read: (line) => parseReply(line),
      })
      if (reply.kind === 'return') return reply.value
      const details = { command: call.command, class: reply.class, desc: reply.desc }
      throw new AppError('GUEST_AGENT_UNAVAILABLE', `the guest agent refused ${call.command}: ${reply.desc}`, {
        details,
      })
    } catch (error) {
      const known = toAppError(error)
      // A refusal is an answer: the conversation is in order.
      if (known.details['class'] === undefined) this.#drop(known)
      throw known
    }
  }

  async #sync(call: GuestCall): Promise<void> {
    if (this.#socket === undefined) this.#connect()
    if (this.#isSynced) return
    const id = ++this.#lastSyncId
    await this.#ask(call, {
      message: { execute: 'guest-sync-delimited', arguments: { id } },
      read: (line) => {
        const start = line.lastIndexOf(delimiter)
        const reply = start === -1 ? undefined : parseReply(line.subarray(start + 1))
        return reply?.kind === 'return' && reply.value === id ? id : undefined
      },
    })
    this.#isSynced = true
  }

  /** Sends `message` and resolves with the first thing that `read` makes of a line; undefined means: not that one. */
  #ask<T>(
    { timeoutMs, signal, command }: GuestCall,
    { message, read }: { message: object; read: (line: Buffer) => T | undefined },
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const end = (): void => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', onAbort)
        this.#conversation = undefined
      }
      const fail = (error: AppError): void => {
        end()
        reject(error)
      }
      const onAbort = (): void => fail(new AppError('OPERATION_CANCELLED', `${command} was cancelled`))
      const timer = setTimeout(
        () => fail(unavailable(`the guest agent did not answer ${command} within ${timeoutMs} ms`)),
        timeoutMs,
      )
      const onLine = (line: Buffer): boolean => {
        const found = read(line)
        if (found === undefined) return false
        end()
        resolve(found)
        return true
      }
      this.#conversation = { onLine, fail }
      // The leading 0xFF makes the agent drop what it has of an earlier, unfinished request.
      const start = this.#isSynced ? Buffer.alloc(0) : Buffer.from([delimiter])
      this.#socket?.write(Buffer.concat([start, Buffer.from(`${JSON.stringify(message)}\n`)]))
      if (signal?.aborted === true) onAbort()
      else signal?.addEventListener('abort', onAbort, { once: true })
    })
  }

  #connect(): void {
    const socket = hypervisor().connect(this.#socketPath)
    this.#socket = socket
    this.#isSynced = false
    this.#framer = new LineFramer(maxLineBytes)
    // An idle channel keeps nothing alive.
    socket.unref()
    const lost = (error?: Error): void => {
      if (socket !== this.#socket) return
      this.#drop(unavailable(`no connection to the guest agent: ${error?.message ?? 'closed'}`, error))
    }
    socket.on('error', lost)
    socket.on('close', () => lost())
    socket.on('data', (chunk: Buffer) => this.#receive(chunk))
  }

  #receive(chunk: Buffer): void {
    try {
      this.#receivedBytes += chunk.length
      if (this.#receivedBytes > maxBytesPerCall) throw unavailable('the guest agent sent too much')
      for (const line of this.#framer.push(chunk)) this.#conversation?.onLine(line)
    } catch (error) {
      this.#drop(unavailable('the guest agent sent something that is not understood', error))
    }
  }

  #drop(cause: AppError): void {
    const socket = this.#socket
    this.#socket = undefined
    this.#isSynced = false
    socket?.destroy()
    this.#conversation?.fail(cause)
  }
}

/** Undefined for what is not a reply: before the sync that is an old one's rest, after it the call times out. */
function parseReply(line: Buffer): Reply | undefined {
  const parsed = replySchema.safeParse(tryParseJson(line))
  if (!parsed.success) return undefined
  if ('error' in parsed.data) return { kind: 'error', class: parsed.data.error.class, desc: parsed.data.error.desc }
  return { kind: 'return', value: parsed.data.return }
}

function tryParseJson(line: Buffer): unknown {
  try {
    return parseJsonLine(line)
  } catch (error) {
    if (error instanceof AppError) return undefined
    throw error
  }
}
