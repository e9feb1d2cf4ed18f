/** An agent's HTTPS door on a real socket with real certificates, behind which tests script the answers. */
import 'reflect-metadata'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TLSSocket } from 'node:tls'
import { initTRPC, TRPCError, tracked } from '@trpc/server'
import { createHTTPHandler } from '@trpc/server/adapters/standalone'
import { z } from 'zod'
import { contractVersion } from '@berth/core/agent-contract/agent-contract'
import type { AgentEvent } from '@berth/core/agent-contract/agent-events'
import { AppError, errorToWire } from '@berth/core/errors/app-error'
import { newUuid } from '@berth/core/ids/ids'
import {
  openCertificateAuthority,
  type CertificateAuthority,
  type PanelIdentity,
} from '../../host/certificate-authority.ts'
import { newHostKey } from '../../testing/host-key.ts'

const t = initTRPC.create({
  sse: { ping: { enabled: true, intervalMs: 50 } },
  errorFormatter: ({ shape, error }) => ({
    ...shape,
    data: { ...shape.data, appError: errorToWire(error.cause ?? error) },
  }),
})

export class ScriptedAgent implements AsyncDisposable {
  readonly hostId = newUuid()
  readonly askedFor: (string | null)[] = []
  readonly address = '127.0.0.1'
  port = 0
  version = contractVersion
  /** Kept events, told from after the id that a reader names. */
  readonly events: { readonly id: string; readonly event: AgentEvent }[] = []
  panelIdentity: PanelIdentity = { caPem: '', certificatePem: '', keyPem: '' }
  readonly authority: CertificateAuthority
  /** Of the panels that asked, by their certificates, one per request. */
  readonly askedBy: string[] = []
  readonly installed: string[] = []
  capabilities: string[] = []
  #server: Server | undefined
  #key = { key: '', cert: '', ca: '' }
  readonly #wakers = new Set<() => void>()
  readonly #dir: string
  #waitingKey = ''

  private constructor(dir: string, authority: CertificateAuthority) {
    this.#dir = dir
    this.authority = authority
  }

  /** `certifiedAtMs`: when its certificate was made. Default: now. */
  static async start(certifiedAtMs = Date.now()): Promise<ScriptedAgent> {
    const dir = await mkdtemp(join(tmpdir(), 'berth-agent-'))
    const authority = await openCertificateAuthority(dir, () => certifiedAtMs)
    const agent = new ScriptedAgent(dir, await openCertificateAuthority(dir))
    agent.panelIdentity = await agent.authority.panelIdentity()
    const { keyPem, csrPem } = await newHostKey('CN=scripted')
    const { certificatePem } = await authority.signHost({ csrPem, hostId: agent.hostId, address: agent.address })
    agent.#key = { key: keyPem, cert: certificatePem, ca: authority.caPem }
    await agent.up()
    return agent
  }

  /** The panel's next certificate. */
  async nextPanelIdentity(): Promise<PanelIdentity> {
    await rm(join(this.#dir, 'ca', 'panel.pem'))
    return this.authority.panelIdentity()
  }

  tell(event: AgentEvent): void {
    this.events.push({ id: `s:${this.events.length + 1}`, event })
    for (const wake of this.#wakers) wake()
  }

  async up(): Promise<void> {
    const handler = createHTTPHandler({ router: this.#router(), basePath: '/trpc/' })
    const server = createServer({ ...this.#key, requestCert: true, rejectUnauthorized: true }, (request, response) => {
      if (request.socket instanceof TLSSocket) this.askedBy.push(request.socket.getPeerCertificate().fingerprint256)
      handler(request, response)
    })
    const listening = Promise.withResolvers<void>()
    server.listen(this.port, this.address, () => listening.resolve())
    await listening.promise
    const address = server.address()
    if (address !== null && typeof address === 'object') this.port = address.port
    this.#server = server
  }

  /** As a killed process: every socket ends at once, and nobody listens. */
  async down(): Promise<void> {
    const closed = Promise.withResolvers<void>()
    this.#server?.close(() => closed.resolve())
    this.#server?.closeAllConnections()
    await closed.promise
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.down()
    await rm(this.#dir, { recursive: true, force: true })
  }

  #router() {
    const { procedure, router } = t
    const events = this.events
    const wakers = this.#wakers
    const asked = this.askedFor
    return router({
      agent: router({
        hello: procedure.query(() => ({
          contractVersion: this.version,
          agentVersion: '1.0.0',
          capabilities: this.capabilities,
          at: new Date().toISOString(),
        })),
        requestCertificate: procedure.mutation(async () => {
          const { keyPem, csrPem } = await newHostKey('CN=scripted')
          this.#waitingKey = keyPem
          return { csrPem }
        }),
        installCertificate: procedure.input(z.object({ certificatePem: z.string() })).mutation(({ input }) => {
          this.installed.push(input.certificatePem)
          this.#key = { ...this.#key, key: this.#waitingKey, cert: input.certificatePem }
          this.#server?.setSecureContext(this.#key)
          return {}
        }),
        events: procedure.input(z.object({ lastEventId: z.string().nullish() })).subscription(async function* ({
          input,
          signal,
        }) {
          asked.push(input.lastEventId ?? null)
          let next = events.findIndex((each) => each.id === input.lastEventId) + 1
          while (signal?.aborted !== true) {
            const woken = Promise.withResolvers<void>()
            wakers.add(woken.resolve)
            signal?.addEventListener('abort', () => woken.resolve(), { once: true })
            for (; next < events.length; next++) {
              const each = events[next]
              if (each) yield tracked(each.id, each.event)
            }
            await woken.promise
            wakers.delete(woken.resolve)
          }
        }),
      }),
      vm: router({
        observe: procedure.query(() => {
          const cause = new AppError('VM_NOT_FOUND', 'No such machine here.', { details: { place: 'agent' } })
          throw new TRPCError({ code: 'NOT_FOUND', cause })
        }),
        commandLine: procedure.query(() => ({ argv: 'not a list' })),
        screenshot: procedure.query(async ({ signal }) => {
          const never = Promise.withResolvers<never>()
          signal?.addEventListener('abort', () => never.reject(new Error('gone')), { once: true })
          return never.promise
        }),
      }),
    })
  }
}
