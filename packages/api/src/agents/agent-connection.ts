/**
 * The line to one host: connects, reads its events, reconnects. Owns the position in the host's event stream and the
 * knowledge whether the host is there.
 *
 *   connecting ──hello──▶ connected ──stream breaks, or silent for 10 s──▶ waiting (0.25 … 1.5 s) ──▶ connecting
 *
 * Online means heard from in the last 10 s, whatever the state of the socket: a reconnect within that time is nobody's
 * business. Work that lost a reply waits for `connected`, so that it does not ask a host that is not there.
 */
import { setTimeout as wait } from 'node:timers/promises'
import type { Logger } from 'pino'
import { z } from 'zod'
import { agentContract } from '@berth/core/agent-contract/agent-contract'
import { AppError } from '@berth/core/errors/app-error'
import type { AgentCapability } from '@berth/core/host/agent-capabilities'
import { agentFitOf, capabilityForCommand } from '@berth/core/host/agent-fit'
import { hostIdSchema, type HostId } from '@berth/core/ids/ids'
import type { PanelIdentity } from '../host/certificate-authority.ts'
import { isDueForRenewal } from '../host/certificate-life.ts'
import { AgentClient, silenceMs, type AgentAddress } from './agent-client.ts'
import type { AgentLink, AgentProcedure, CallOptions, StepEvent } from './agent-link.ts'
import type { AgentHello, AgentSink } from './agent-sink.ts'

const firstBackoffMs = 250
/** A host that is there again is to be reconciled within 5 s, and a try that began too early may hang for half of that. */
const maxBackoffMs = 1_500
/** Between two tries of work on a host that is connected and still does not answer it. */
const breathMs = 250

export interface AgentConnectionOptions {
  readonly target: AgentAddress
  readonly identity: () => Promise<PanelIdentity>
  /** Fingerprints of all certificates that no process of this installation accepts. */
  readonly refusedCertificates: () => Promise<readonly string[]>
  /** Gives the agent its next certificate. */
  readonly renew: (client: AgentClient, target: AgentAddress) => Promise<void>
  /** Milliseconds since the epoch, as certificates count. */
  readonly now: () => number
  readonly sink: AgentSink
  readonly log: Logger
}

export class AgentConnection implements AgentLink, AsyncDisposable {
  readonly hostId: HostId
  readonly #options: AgentConnectionOptions
  readonly #stopped = new AbortController()
  readonly #stepListeners = new Map<string, Set<(event: StepEvent) => void>>()
  readonly #ended: Promise<void>
  readonly #log: Logger
  #connected = Promise.withResolvers<AgentClient>()
  #isConnected = false
  #heardAt = Number.NEGATIVE_INFINITY
  #lastEventId: string | null = null
  #hello: AgentHello | null = null
  #isRenewing = false

  constructor(options: AgentConnectionOptions) {
    this.#options = options
    this.hostId = hostIdSchema.parse(options.target.hostId)
    this.#log = options.log.child({ hostId: this.hostId })
    this.#ended = this.#live()
  }

  get isOnline(): boolean {
    return performance.now() - this.#heardAt < silenceMs
  }

  async call<I extends z.ZodType, O extends z.ZodType>(
    procedure: AgentProcedure<I, O>,
    input: z.input<I>,
    options?: CallOptions,
  ): Promise<z.output<O>> {
    this.#requireFit(procedure, input)
    if (!this.#isConnected) {
      throw new AppError('HOST_UNREACHABLE', `The agent at ${this.#options.target.address} is not connected.`)
    }
    const client = await this.#connected.promise
    return client.call(procedure, input, options)
  }

  async whenOnline(signal: AbortSignal): Promise<void> {
    if (this.#isConnected) await wait(breathMs, undefined, { signal })
    const aborted = Promise.withResolvers<never>()
    const abort = (): void => aborted.reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    try {
      signal.throwIfAborted()
      await Promise.race([this.#connected.promise, aborted.promise])
    } finally {
      signal.removeEventListener('abort', abort)
    }
  }

  /**
   * Sees to it that neither side's certificate ends under a line that lives for years. Called with each new line and once
   * a day. Never throws: what failed is logged and tried again tomorrow, with months left.
   */
  async keepCertificates(): Promise<void> {
    if (!this.#isConnected || this.#isRenewing) return
    const { identity, now, renew, target } = this.#options
    this.#isRenewing = true
    try {
      const client = await this.#connected.promise
      client.useIdentity(await identity())
      const { certificate } = client
      if (!this.#canDo('renewal') || certificate === null || !isDueForRenewal(certificate, now())) return
      await renew(client, target)
      client.forgetCertificate()
      this.#log.info('the host has a new certificate')
    } catch (error) {
      if (!this.#isStopped()) this.#log.warn({ err: error }, 'the certificate of a host was not renewed')
    } finally {
      this.#isRenewing = false
    }
  }

  /** Tells the agent which certificates of other hosts are refused. Never throws: with its next connection it is told again. */
  async tellRefusals(): Promise<void> {
    if (!this.#isConnected) return
    try {
      const client = await this.#connected.promise
      await this.#tell(client, await this.#options.refusedCertificates())
    } catch (error) {
      if (!this.#isStopped()) this.#log.warn({ err: error }, 'a host was not told which certificates are refused')
    }
  }

  onStepEvent(operationId: string, listener: (event: StepEvent) => void): () => void {
    const listeners = this.#stepListeners.get(operationId) ?? new Set()
    this.#stepListeners.set(operationId, listeners.add(listener))
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0) this.#stepListeners.delete(operationId)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped.abort()
    await this.#ended
  }

  async #live(): Promise<void> {
    let backoffMs = firstBackoffMs
    while (!this.#isStopped()) {
      const heardBefore = this.#heardAt
      try {
        await this.#connectOnce()
      } catch (error) {
        if (!this.#isStopped()) this.#log.info({ err: error }, 'agent not connected')
      }
      if (this.#isConnected) this.#connected = Promise.withResolvers()
      this.#isConnected = false
      backoffMs = this.#heardAt > heardBefore ? firstBackoffMs : Math.min(maxBackoffMs, backoffMs * 2)
      await this.#pause(backoffMs * (0.5 + Math.random()))
    }
  }

  #isStopped(): boolean {
    return this.#stopped.signal.aborted
  }

  async #pause(ms: number): Promise<void> {
    try {
      await wait(ms, undefined, { signal: this.#stopped.signal })
    } catch (error) {
      if (!this.#isStopped()) throw error
    }
  }

  async #connectOnce(): Promise<void> {
    const { target, identity, refusedCertificates, sink } = this.#options
    const refused = await refusedCertificates()
    await using client = new AgentClient(target, await identity(), refused)
    const { signal } = this.#stopped
    const askedAt = Date.now()
    const answer = await client.call(agentContract.agent.hello, undefined, { timeoutMs: 5_000, signal })
    const hello = { ...answer, clockSkewMs: Date.parse(answer.at) - (askedAt + Date.now()) / 2 }
    this.#hello = hello
    const misfit = misfitOf(hello)
    if (misfit !== null) {
      sink.incompatible(this.hostId, hello)
      throw misfit
    }
    sink.connected(this.hostId, hello)
    // Before any work: who was revoked while this agent was away must not be let in by it.
    await this.#tell(client, refused)
    for await (const { id, event } of client.events(this.#lastEventId, signal)) {
      this.#hear(client)
      if (event === null) continue
      if (event.kind === 'step.progressed' || event.kind === 'step.ended') this.#tellStep(event)
      if (event.kind !== 'step.ended') sink.received(this.hostId, event)
      // Only now: what was not handed on is asked for again.
      this.#lastEventId = id ?? this.#lastEventId
    }
  }

  /** Waiting work goes on once the stream is open, so that no end of a step falls between the two. */
  #hear(client: AgentClient): void {
    this.#heardAt = performance.now()
    if (this.#isConnected) return
    this.#isConnected = true
    this.#connected.resolve(client)
    this.#log.info('agent connected')
    void this.keepCertificates()
  }

  async #tell(client: AgentClient, refused: readonly string[]): Promise<void> {
    client.refuse(refused)
    if (!this.#canDo('refusals')) return
    const { signal } = this.#stopped
    await client.call(agentContract.agent.refuseCertificates, { fingerprints: [...refused] }, { signal })
  }

  #canDo(capability: AgentCapability): boolean {
    return this.#hello?.capabilities.includes(capability) === true
  }

  /** Throws AGENT_INCOMPATIBLE for what this agent is known not to understand: it would refuse it in words of its own. */
  #requireFit(procedure: unknown, input: unknown): void {
    if (this.#hello === null) return
    const misfit = misfitOf(this.#hello)
    if (misfit !== null) throw misfit
    const needed = procedure === agentContract.step.run ? capabilityForCommand(stepFaceSchema.parse(input)) : null
    if (needed === null || this.#canDo(needed)) return
    const { agentVersion, capabilities } = this.#hello
    const message = `The agent at ${this.#options.target.address} is too old for this: it lacks "${needed}".`
    throw new AppError('AGENT_INCOMPATIBLE', message, { details: { agentVersion, capabilities, needed } })
  }

  #tellStep(event: StepEvent): void {
    for (const listener of this.#stepListeners.get(event.key.operationId) ?? []) listener(event)
  }
}

const stepFaceSchema = z
  .object({ command: z.object({ kind: z.string(), source: z.unknown().optional() }) })
  .transform(({ command }) => command)

function misfitOf(hello: AgentHello): AppError | null {
  const fit = agentFitOf(hello)
  if (fit.kind !== 'incompatible') return null
  const message = `Its agent speaks version ${fit.agentVersion} of the contract, this panel ${fit.panelVersion}.`
  return new AppError('AGENT_INCOMPATIBLE', message, { details: { agentVersion: hello.agentVersion } })
}
