/** One line per host that has joined. The host table says which; nothing else does. */
import type { Logger } from 'pino'
import { AppError } from '@berth/core/errors/app-error'
import type { PrismaClient } from '@berth/prisma/client'
import type { CertificateAuthority } from '../host/certificate-authority.ts'
import type { AgentAddress } from './agent-client.ts'
import { AgentConnection } from './agent-connection.ts'
import type { AgentLink, AgentLinks } from './agent-link.ts'
import type { AgentSink } from './agent-sink.ts'
import { listJoinedHosts } from './host-link-repo.ts'
import { listRefusedCertificates } from '../host/host-certificate-repo.ts'
import { renewCertificate } from './renew-certificate.ts'

export interface AgentPoolOptions {
  readonly db: PrismaClient
  readonly authority: Pick<CertificateAuthority, 'panelIdentity' | 'signHost'>
  /** Default: the system's clock. */
  readonly now?: () => number
  readonly sink: AgentSink
  readonly log: Logger
}

export class AgentPool implements AgentLinks, AsyncDisposable {
  readonly #options: AgentPoolOptions
  readonly #lines = new Map<string, { readonly target: AgentAddress; readonly connection: AgentConnection }>()
  #isStopped = false

  constructor(options: AgentPoolOptions) {
    this.#options = options
  }

  link(hostId: string): AgentLink {
    const line = this.#lines.get(hostId)
    if (!line) throw new AppError('HOST_NOT_FOUND', `There is no host ${hostId} that has joined and was not revoked.`)
    return line.connection
  }

  /** Hosts heard from in the last 10 s. */
  onlineHostIds(): string[] {
    return [...this.#lines].flatMap(([hostId, line]) => (line.connection.isOnline ? [hostId] : []))
  }

  /** Follows the host table: after a join, a change of address, a removal. */
  async refresh(): Promise<void> {
    const targets = new Map((await listJoinedHosts(this.#options.db)).map((target) => [target.hostId, target]))
    if (this.#isStopped) return
    const outdated = [...this.#lines].filter(([hostId, { target }]) => {
      const wanted = targets.get(hostId)
      return wanted?.address !== target.address || wanted.port !== target.port
    })
    for (const [hostId] of outdated) this.#lines.delete(hostId)
    const isAnyGone = outdated.some(([hostId]) => !targets.has(hostId))
    await Promise.all(outdated.map(([, { connection }]) => connection[Symbol.asyncDispose]()))
    for (const [hostId, target] of targets) {
      if (!this.#lines.has(hostId)) this.#lines.set(hostId, { target, connection: this.#connect(target) })
    }
    // In the background: an agent that does not answer must not hold up whoever revoked another one.
    if (isAnyGone) for (const { connection } of this.#lines.values()) void connection.tellRefusals()
  }

  /** Once a day: a line may live for longer than the certificates it began with. */
  async keepCertificates(): Promise<void> {
    await Promise.all([...this.#lines.values()].map(({ connection }) => connection.keepCertificates()))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true
    await Promise.all([...this.#lines.values()].map(({ connection }) => connection[Symbol.asyncDispose]()))
    this.#lines.clear()
  }

  #connect(target: AgentAddress): AgentConnection {
    const { db, authority, now = Date.now, sink, log } = this.#options
    return new AgentConnection({
      ...{ target, now, sink, log },
      identity: () => authority.panelIdentity(),
      refusedCertificates: () => listRefusedCertificates(db),
      renew: (client, host) => renewCertificate({ db, authority }, client, host),
    })
  }
}
