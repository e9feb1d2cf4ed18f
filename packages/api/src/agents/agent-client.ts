/**
 * Speaks to one agent: tRPC over mutual TLS, by core's contract. Stateless but for its sockets; agent-connection.ts
 * decides when to call and what a silence means.
 */
import type { PeerCertificate } from 'node:tls'
import { createTRPCUntypedClient, httpLink, TRPCClientError, type TRPCUntypedClient } from '@trpc/client'
import type { AnyTRPCRouter } from '@trpc/server'
import { Agent, fetch as undiciFetch, type RequestInit } from 'undici'
import { z } from 'zod'
import { agentContract } from '@berth/core/agent-contract/agent-contract'
import { agentEventSchema, type AgentEvent } from '@berth/core/agent-contract/agent-events'
import { hostCommonName } from '@berth/core/agent-contract/join'
import { AppError, errorFromWire, wireErrorSchema } from '@berth/core/errors/app-error'
import { fingerprintOf, type PanelIdentity } from '../host/certificate-authority.ts'
import type { CertificateLife } from '../host/certificate-life.ts'
import type { AgentProcedure, CallOptions } from './agent-link.ts'
import { readSse } from './sse-reader.ts'

export interface AgentAddress {
  readonly hostId: string
  readonly address: string
  readonly port: number
}

/** A stream that says nothing for this long is dead; agents ping each 2 s. */
export const silenceMs = 10_000
const defaultTimeoutMs = 10_000

const paths = new Map<unknown, string>(
  Object.entries(agentContract).flatMap(([group, procedures]) =>
    Object.entries(procedures).map(([name, procedure]) => [procedure, `${group}.${name}`] as const),
  ),
)

/** `message` is null for a ping: somebody is there. */
export interface AgentMessage {
  readonly id: string | null
  readonly event: AgentEvent | null
}

export class AgentClient implements AsyncDisposable {
  readonly #url: string
  readonly #hostId: string
  #identity: PanelIdentity
  #calls: Agent
  #streams: Agent
  /** Of an earlier identity: what runs over them goes on, and nothing new begins. */
  readonly #retired: Agent[] = []
  #certificate: CertificateLife | null = null
  readonly #trpc: TRPCUntypedClient<AnyTRPCRouter>
  readonly #name: string
  #refused: ReadonlySet<string>

  /** `refused`: fingerprints of certificates that were revoked. */
  constructor({ hostId, address, port }: AgentAddress, identity: PanelIdentity, refused: readonly string[]) {
    this.#refused = new Set(refused)
    this.#name = `${address}:${port}`
    this.#url = `https://${address.includes(':') ? `[${address}]` : address}:${port}/trpc`
    this.#hostId = hostId
    this.#identity = identity
    this.#calls = this.#openCalls()
    this.#streams = this.#openStreams()
    this.#trpc = createTRPCUntypedClient({ links: [httpLink({ url: this.#url, fetch: this.#fetch })] })
  }

  /** What the agent showed when it was last connected to; null before that, and when it has got another since. */
  get certificate(): CertificateLife | null {
    return this.#certificate
  }

  /** The agent has another now, which the next connection will show. */
  forgetCertificate(): void {
    this.#certificate = null
  }

  /** From now on connections to an agent that shows one of these are broken off. */
  refuse(fingerprints: readonly string[]): void {
    this.#refused = new Set(fingerprints)
  }

  /** From now on connections are made with this one. Those that are open stay, for nobody asks again who they are. */
  useIdentity(identity: PanelIdentity): void {
    if (identity.certificatePem === this.#identity.certificatePem) return
    this.#identity = identity
    this.#retired.push(this.#calls, this.#streams)
    this.#calls = this.#openCalls()
    this.#streams = this.#openStreams()
  }

  /** As AgentLink.call. */
  async call<I extends z.ZodType, O extends z.ZodType>(
    procedure: AgentProcedure<I, O>,
    input: z.input<I>,
    { timeoutMs = defaultTimeoutMs, signal }: CallOptions = {},
  ): Promise<z.output<O>> {
    const path = paths.get(procedure)
    if (path === undefined) throw new AppError('INTERNAL', 'A procedure that is not in the contract.')
    const deadline = AbortSignal.timeout(timeoutMs)
    const options = { signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]) }
    let answer: unknown
    try {
      answer = await (procedure.type === 'query'
        ? this.#trpc.query(path, input, options)
        : this.#trpc.mutation(path, input, options))
    } catch (error) {
      signal?.throwIfAborted()
      throw this.#callError(error, path)
    }
    const parsed = procedure.output.safeParse(answer)
    if (parsed.success) return parsed.data
    throw new AppError('AGENT_INCOMPATIBLE', `${this.#name} answered ${path} in another form.`, { cause: parsed.error })
  }

  /** What the agent tells, from after `lastEventId`, until the signal or a silence of 10 s. Throws HOST_UNREACHABLE. */
  async *events(lastEventId: string | null, signal: AbortSignal): AsyncGenerator<AgentMessage> {
    const input = encodeURIComponent(JSON.stringify({ lastEventId }))
    try {
      const response = await undiciFetch(`${this.#url}/agent.events?input=${input}`, {
        dispatcher: this.#streams,
        headers: { accept: 'text/event-stream' },
        signal,
      })
      if (!response.ok || response.body === null) {
        throw new AppError('AGENT_INCOMPATIBLE', `${this.#name} refused its event stream (${response.status}).`)
      }
      for await (const message of readSse(response.body)) {
        if (message.event === 'serialized-error') throw streamError(message.data)
        if (message.event === 'return') return
        const event = message.event === 'message' ? agentEventSchema.parse(JSON.parse(message.data)) : null
        yield { id: message.id, event }
      }
    } catch (error) {
      if (error instanceof AppError) throw error
      if (error instanceof z.ZodError) {
        throw new AppError('AGENT_INCOMPATIBLE', `${this.#name} sent an event of another form.`, { cause: error })
      }
      throw new AppError('HOST_UNREACHABLE', `The event stream of ${this.#name} broke.`, { cause: error })
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#calls, this.#streams, ...this.#retired].map((agent) => agent.destroy()))
  }

  // Calls are held by the agent for up to 20 s and bounded by their own signals.
  #openCalls(): Agent {
    return new Agent({ connect: this.#connectOptions(), headersTimeout: 0, bodyTimeout: 0 })
  }

  #openStreams(): Agent {
    return new Agent({ connect: this.#connectOptions(), headersTimeout: silenceMs, bodyTimeout: silenceMs })
  }

  #connectOptions() {
    const { caPem, certificatePem, keyPem } = this.#identity
    return {
      ca: caPem,
      cert: certificatePem,
      key: keyPem,
      minVersion: 'TLSv1.3',
      timeout: 5_000,
      // A certificate of our authority is not enough: it must be this host's, or one host could pose as another.
      checkServerIdentity: (_name: string, shown: PeerCertificate) => {
        if (shown.subject.CN !== hostCommonName(this.#hostId)) return new Error('the certificate is another host’s')
        // A host that was revoked and joined again has the same name in both of its certificates.
        if (this.#refused.has(fingerprintOf(shown.raw))) return new Error('the certificate was revoked')
        this.#certificate = { validFromMs: Date.parse(shown.valid_from), validToMs: Date.parse(shown.valid_to) }
        return undefined
      },
    } as const
  }

  // undici's own fetch, because only it takes undici's dispatcher; its types differ from the global ones in name alone.
  readonly #fetch = async (
    url: string | URL | Request,
    init?: { method?: string; body?: unknown; headers?: unknown },
  ) => {
    const options = requestInitSchema.parse(init ?? {})
    const response = await undiciFetch(url instanceof Request ? url.url : url, { ...options, dispatcher: this.#calls })
    return { ok: response.ok, status: response.status, json: async (): Promise<unknown> => response.json() }
  }

  #callError(error: unknown, path: string): AppError {
    const data = error instanceof TRPCClientError ? errorDataSchema.safeParse(error.data) : undefined
    if (data?.success) return errorFromWire(data.data.appError)
    return new AppError('HOST_UNREACHABLE', `${this.#name} did not answer ${path}.`, { cause: error })
  }
}

const errorDataSchema = z.object({ appError: wireErrorSchema })
const streamErrorSchema = z.object({ data: errorDataSchema })

const requestInitSchema = z.custom<RequestInit>((value) => typeof value === 'object' && value !== null)

function streamError(data: string): AppError {
  const parsed = streamErrorSchema.safeParse(JSON.parse(data))
  if (parsed.success) return errorFromWire(parsed.data.data.appError)
  return new AppError('HOST_UNREACHABLE', 'The agent ended its event stream with an error.')
}
