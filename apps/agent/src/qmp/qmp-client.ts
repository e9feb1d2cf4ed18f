/**
 * Talks QMP with one QEMU: typed commands with their own ids and timeouts, typed events, the flight recorder.
 *
 * Owns what waits on one connection: commands not sent yet, commands sent, and listeners. Invariants: every command ends
 * in exactly one way; when the link dies every command and every listener fails, with QMP_INTERRUPTED; nothing here is
 * shared between clients, so a stuck QEMU delays nobody else.
 *
 * At most `maxInFlight` in-band commands are with QEMU at a time: with out-of-band enabled QEMU stops reading at 8 queued
 * ones (7.2), and then an out-of-band command, which is meant for a stuck main loop, would not get through either.
 */
import { AppError } from '@berth/core/errors/app-error'
import { commandTimeoutMs, type QmpCommandName } from './command-timeouts.ts'
import { type EventSink, QmpEventListener } from './event-listener.ts'
import { FlightRecorder } from './flight-recorder.ts'
import { PendingCommand } from './pending-command.ts'
import { QmpConnection, type QmpConnectionState, type QmpTransition } from './qmp-connection.ts'
import { checkEvent, type QmpEventName, type QmpGreeting, type QmpMessage, type RawQmpEvent } from './qmp-message.ts'
import { qmpSchema } from './qmp-schema.generated.ts'
import { findMismatch } from './qmp-shape.ts'
import type { QmpCommands } from './qmp-types.generated.ts'

export interface QmpConnectOptions {
  socketPath: string
  /** Default 5 s. */
  greetingTimeoutMs?: number
  signal?: AbortSignal | undefined
  /** The machine's own, to go on recording over reconnects; default a new one. */
  recorder?: FlightRecorder
  onTransition?: (transition: QmpTransition) => void
}

export interface ExecuteOptions {
  /** Default by command, see command-timeouts.ts. */
  timeoutMs?: number
  signal?: AbortSignal | undefined
  /** Past QEMU's queue, where QEMU offers that and the command allows it; else in turn. */
  oob?: boolean
  /** For what is asked every few seconds: recorded only when it fails, else it would push the rest out of the ring. */
  isRoutine?: boolean
}

const defaultGreetingTimeoutMs = 5_000
const maxInFlight = 6
const maxWaiting = 250

/** A client whose handshake is done. Throws QMP_UNAVAILABLE, QMP_PROTOCOL or OPERATION_CANCELLED. */
export async function connectQmp(options: QmpConnectOptions): Promise<QmpClient> {
  const client = new QmpClient(options)
  await client.open(options.signal)
  return client
}

export class QmpClient {
  readonly recorder: FlightRecorder
  /** Resolves when the link is over, with why; never rejects. */
  readonly closed: Promise<AppError>
  readonly #connection: QmpConnection
  readonly #onTransition: ((transition: QmpTransition) => void) | undefined
  readonly #resolveClosed: (cause: AppError) => void
  readonly #waiting: PendingCommand[] = []
  /** By id; holds timed-out ones too, for QEMU still has them in its queue and answers them some day. */
  readonly #sent = new Map<string, PendingCommand>()
  readonly #listeners = new Set<EventSink>()
  #greeting: QmpGreeting | undefined
  #lastId = 0
  #endedAtMs: number | undefined

  constructor(options: QmpConnectOptions) {
    this.recorder = options.recorder ?? new FlightRecorder()
    this.#onTransition = options.onTransition
    const { promise, resolve } = Promise.withResolvers<AppError>()
    this.closed = promise
    this.#resolveClosed = resolve
    this.#connection = new QmpConnection({
      socketPath: options.socketPath,
      greetingTimeoutMs: options.greetingTimeoutMs ?? defaultGreetingTimeoutMs,
      onMessage: (message) => this.#receive(message),
      onTransition: (transition) => this.#moved(transition),
    })
  }

  get state(): QmpConnectionState {
    return this.#connection.state
  }

  /** QEMU's version and abilities, from its greeting. */
  get greeting(): QmpGreeting {
    if (this.#greeting === undefined) throw new TypeError('the client is not open')
    return this.#greeting
  }

  /**
   * Since when QEMU owes us an answer, by the wall clock: the oldest command that it got and did not answer, or the end of
   * the link. A caller's own timeout changes nothing in it. Undefined: it owes nothing.
   */
  get unansweredSinceMs(): number | undefined {
    if (this.#endedAtMs !== undefined) return this.#endedAtMs
    // In the order of sending, and QEMU answers in that order.
    const [oldest] = this.#sent.values()
    return oldest?.sentAtMs
  }

  async open(signal?: AbortSignal): Promise<void> {
    this.#greeting = await this.#connection.open(signal)
  }

  /**
   * QEMU's reply to `command`. Throws by cause: QMP_REFUSED (details: class, desc), QMP_TIMEOUT and OPERATION_CANCELLED
   * (details.wasSent: it may still take effect), QMP_INTERRUPTED (the link died; likewise), QMP_PROTOCOL (a reply
   * without the members that are in use), QMP_UNAVAILABLE (not connected, or too many commands wait: nothing was sent).
   */
  async execute<Name extends QmpCommandName>(
    command: Name,
    args: QmpCommands[Name]['arguments'],
    options: ExecuteOptions = {},
  ): Promise<QmpCommands[Name]['returns']> {
    if (this.state !== 'running') throw new AppError('QMP_UNAVAILABLE', `not connected to QEMU: cannot ${command}`)
    if (this.#waiting.length >= maxWaiting) {
      throw new AppError('QMP_UNAVAILABLE', `${maxWaiting} commands wait for QEMU already: cannot ${command}`)
    }
    const shape = qmpSchema.commands[command]
    const pending = new PendingCommand({
      id: `berth-${++this.#lastId}`,
      command,
      args,
      isOob: options.oob === true && shape?.canRunOob === true && this.greeting.canRunOob,
      timeoutMs: options.timeoutMs ?? commandTimeoutMs(command),
      signal: options.signal,
      recorder: this.recorder,
      isRoutine: options.isRoutine === true,
      onSettled: (settled) => this.#settled(settled),
    })
    this.#enqueue(pending)
    const value = await pending.promise
    if (!isReplyOf(command, value)) {
      const mismatch = replyMismatch(command, value)
      const message = `the reply to ${command} is not as expected: ${mismatch ?? ''}`
      throw new AppError('QMP_PROTOCOL', message, { details: { command, mismatch } })
    }
    return value
  }

  /** Listens from now on; subscribe before the command whose events are awaited. Dispose it (`using`) when done. */
  listen<Names extends QmpEventName>(
    names: readonly Names[],
    options: { maxQueued?: number } = {},
  ): QmpEventListener<Names> {
    const listener = new QmpEventListener<Names>({
      names,
      maxQueued: options.maxQueued,
      onDispose: (disposed) => this.#listeners.delete(disposed),
    })
    if (this.state === 'running') this.#listeners.add(listener)
    else listener.end(new AppError('QMP_UNAVAILABLE', 'not connected to QEMU: no events come'))
    return listener
  }

  /** Ends the link from our side; waiters fail as they do when QEMU ends it. */
  close(): void {
    this.#connection.close(new AppError('QMP_INTERRUPTED', 'the connection to QEMU was closed by the agent'))
  }

  [Symbol.dispose](): void {
    this.close()
  }

  #enqueue(pending: PendingCommand): void {
    if (pending.isSettled) return
    if (pending.isOob) return this.#send(pending)
    this.#waiting.push(pending)
    this.#sendWaiting()
  }

  #sendWaiting(): void {
    while (this.#waiting.length > 0 && this.#inFlight() < maxInFlight) {
      const next = this.#waiting.shift()
      if (next?.isSettled === false) this.#send(next)
    }
  }

  #inFlight(): number {
    let count = 0
    for (const pending of this.#sent.values()) if (!pending.isOob) count++
    return count
  }

  #send(pending: PendingCommand): void {
    pending.sentAtMs = Date.now()
    this.#sent.set(pending.id, pending)
    const verb = pending.isOob ? 'exec-oob' : 'execute'
    this.#connection.send({ [verb]: pending.command, arguments: pending.args, id: pending.id })
  }

  #settled(pending: PendingCommand): void {
    const index = this.#waiting.indexOf(pending)
    if (index !== -1) this.#waiting.splice(index, 1)
  }

  #receive(message: QmpMessage): void {
    if (message.kind === 'event') return this.#receiveEvent(message.event)
    const pending = message.kind === 'greeting' ? undefined : this.#sent.get(message.id ?? '')
    if (message.kind === 'greeting' || pending === undefined) {
      const what = message.kind === 'error' ? `${message.class}: ${message.desc}` : message.kind
      throw new AppError('QMP_PROTOCOL', `an answer to no command: ${what}`)
    }
    this.#sent.delete(pending.id)
    if (message.kind === 'return') pending.succeed(message.value)
    else pending.refuse(message.class, message.desc)
    this.#sendWaiting()
  }

  #receiveEvent(raw: RawQmpEvent): void {
    this.recorder.add({ direction: 'event', name: raw.name, payload: raw.data })
    const check = checkEvent(raw)
    if (check.kind === 'other') return
    for (const listener of this.#listeners) {
      if (check.kind === 'inUse') listener.offer(check.event)
      else if (listener.wants(raw.name)) {
        listener.end(new AppError('QMP_PROTOCOL', `the event ${raw.name} is not as expected: ${check.mismatch}`))
      }
    }
  }

  #moved(transition: QmpTransition): void {
    const { from, to, cause } = transition
    this.recorder.add({ direction: 'event', name: 'berth.link', payload: { from, to, cause: cause?.message } })
    this.#onTransition?.(transition)
    if (cause !== undefined) this.#end(cause)
  }

  #end(cause: AppError): void {
    const unanswered = [...this.#sent.values(), ...this.#waiting]
    this.#sent.clear()
    this.#waiting.length = 0
    for (const pending of unanswered) pending.interrupt(cause)
    this.#endedAtMs ??= Date.now()
    const interrupted = new AppError('QMP_INTERRUPTED', 'the connection to QEMU was lost: no events come any more', {
      cause,
    })
    for (const listener of this.#listeners) listener.end(interrupted)
    this.#listeners.clear()
    this.#resolveClosed(cause)
  }
}

function replyMismatch(command: QmpCommandName, value: unknown): string | undefined {
  const shape = qmpSchema.commands[command]
  return shape === undefined ? 'the command is not in the schema' : findMismatch(qmpSchema.types, shape.returns, value)
}

function isReplyOf<Name extends QmpCommandName>(command: Name, value: unknown): value is QmpCommands[Name]['returns'] {
  return replyMismatch(command, value) === undefined
}
