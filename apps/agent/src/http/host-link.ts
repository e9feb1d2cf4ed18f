/**
 * Speaks to another host's agent: the few procedures of core's `betweenHosts`, over mutual TLS with this host's own
 * identity. It keeps its connection open, so that a question in a machine's pause costs no handshake.
 */
import type { Readable } from 'node:stream'
import type { PeerCertificate } from 'node:tls'
import { agentContract, type betweenHosts } from '@berth/core/agent-contract/agent-contract'
import { hostCommonName } from '@berth/core/agent-contract/join'
import { imageFilePath } from '@berth/core/agent-contract/image-commands'
import type {
  MoveFile,
  MoveListener,
  MoveOwnership,
  MoveRecoverRequest,
  MoveTakeAnswer,
  MoveTakeRequest,
} from '@berth/core/agent-contract/move-commands'
import type { MoveHistory } from '@berth/core/agent-contract/move-history'
import { AppError, errorFromWire } from '@berth/core/errors/app-error'
import type { HostId, ImageId, VmId } from '@berth/core/ids/ids'
import { Agent, request } from 'undici'
import { z } from 'zod'
import type { HostIdentity } from './host-identity.ts'
import type { RefusedCertificates } from './refused-certificates.ts'

export interface HostAddress {
  readonly hostId: HostId
  readonly address: string
  readonly port: number
}

export interface HostCallOptions {
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

type Path = (typeof betweenHosts)[number]

const connectMs = 5_000
/** Of a file on its way: whoever is silent for so long is gone. */
const silenceMs = 20_000
const answerSchema = z.union([
  z.object({ result: z.object({ data: z.unknown() }) }),
  z.object({ error: z.object({ data: z.object({ appError: z.unknown() }) }) }),
])
const refusalSchema = z.object({ error: z.unknown() })

export class HostLink implements AsyncDisposable {
  readonly #address: HostAddress
  readonly #sockets: Agent
  readonly #refused: Pick<RefusedCertificates, 'has'>
  /** SHA-256 of the certificate that the other side showed last. */
  #shown: string | undefined

  constructor(address: HostAddress, identity: HostIdentity, refused: Pick<RefusedCertificates, 'has'>) {
    this.#address = address
    this.#refused = refused
    const { caPem, certificatePem, keyPem } = identity
    this.#sockets = new Agent({
      keepAliveTimeout: 60_000,
      connect: {
        ...{ ca: caPem, cert: certificatePem, key: keyPem, minVersion: 'TLSv1.3', timeout: connectMs },
        // Any host of the installation has a certificate of its authority: this must be the one that is meant.
        checkServerIdentity: (_name: string, shown: PeerCertificate) => {
          this.#shown = shown.fingerprint256
          return shown.subject.CN === hostCommonName(address.hostId)
            ? undefined
            : new Error(`the certificate is for "${String(shown.subject.CN)}"`)
        },
      },
    })
  }

  /**
   * Once it has answered, and before it is given anything. One that was turned out may still be asked whose a machine is: what it was
   * given before, it has. Throws MOVE_FAILED.
   */
  requireTrusted(): void {
    if (this.#shown === undefined || !this.#refused.has(this.#shown)) return
    throw new AppError('MOVE_FAILED', `The certificate of ${this.#name} was revoked: it is given nothing.`)
  }

  /** Throws what the other agent throws, HOST_UNREACHABLE when none answers (it may have heard all the same). */
  async take(input: MoveTakeRequest, options: HostCallOptions): Promise<MoveTakeAnswer> {
    const { output } = agentContract.move.take
    return output.parse(await this.#mutate('move.take', input, options))
  }

  async bringFile(input: MoveFile, options: HostCallOptions): Promise<void> {
    await this.#mutate('move.bringFile', input, options)
  }

  /** Throws OBJECT_NOT_FOUND as core's `move.recover` says. */
  async recover(input: MoveRecoverRequest, options: HostCallOptions): Promise<MoveListener> {
    return agentContract.move.recover.output.parse(await this.#mutate('move.recover', input, options))
  }

  async bringHistory(input: MoveHistory, options: HostCallOptions): Promise<void> {
    await this.#mutate('move.bringHistory', input, options)
  }

  async owner(vmId: VmId, options: HostCallOptions): Promise<MoveOwnership> {
    const path = `move.owner?input=${encodeURIComponent(JSON.stringify({ vmId }))}`
    return agentContract.move.owner.output.parse(await this.#ask({ path, method: 'GET' }, options))
  }

  /** The bytes of an image's file that it has offered, from `from` on. Throws as `take`; breaks off with the connection. */
  async readImage(
    { imageId, token, from }: { imageId: ImageId; token: string; from: number },
    signal: AbortSignal,
  ): Promise<Readable> {
    const url = `${this.#origin}${imageFilePath}?imageId=${imageId}&from=${from}`
    const silence = { headersTimeout: silenceMs, bodyTimeout: silenceMs }
    const sent = { dispatcher: this.#sockets, headers: { authorization: `Bearer ${token}` }, signal, ...silence }
    const { statusCode, body } = await request(url, sent).catch((error: unknown) => {
      throw this.#unreachable(error, signal)
    })
    if (statusCode === 200) return body
    throw refusalOf(await body.json().catch(() => undefined), this.#name)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sockets.destroy()
  }

  #mutate(path: Path, input: unknown, options: HostCallOptions): Promise<unknown> {
    return this.#ask({ path, method: 'POST', body: JSON.stringify(input) }, options)
  }

  async #ask(
    { path, ...sent }: { path: string; method: 'GET' | 'POST'; body?: string },
    { timeoutMs, signal }: HostCallOptions,
  ): Promise<unknown> {
    let answer: unknown
    try {
      const { body } = await request(`${this.#origin}/trpc/${path}`, {
        ...sent,
        headers: { 'content-type': 'application/json' },
        dispatcher: this.#sockets,
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      })
      answer = await body.json()
    } catch (error) {
      throw this.#unreachable(error, signal)
    }
    return resultOf(answer, this.#name)
  }

  get #name(): string {
    return `${this.#address.address}:${this.#address.port}`
  }

  get #origin(): string {
    const { address, port } = this.#address
    return `https://${address.includes(':') ? `[${address}]` : address}:${port}`
  }

  #unreachable(error: unknown, signal: AbortSignal): AppError {
    if (signal.aborted) return new AppError('OPERATION_CANCELLED', 'The other host is not asked any more.')
    const reason = error instanceof Error ? error.message : String(error)
    return new AppError('HOST_UNREACHABLE', `${this.#name} does not answer: ${reason}`, { cause: error })
  }
}

function resultOf(answer: unknown, name: string): unknown {
  const known = answerSchema.safeParse(answer)
  if (known.success && 'result' in known.data) return known.data.result.data
  if (known.success && 'error' in known.data) throw errorFromWire(known.data.error.data.appError)
  throw refusalOf(answer, name)
}

/** Of the door itself, before any procedure is looked at. */
function refusalOf(answer: unknown, name: string): AppError {
  const refusal = refusalSchema.safeParse(answer)
  if (refusal.success) return errorFromWire(refusal.data.error)
  return new AppError('AGENT_INCOMPATIBLE', `${name} answered in another form.`)
}
