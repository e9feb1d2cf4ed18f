/** An agent's HTTPS door on a real socket with real certificates, behind which tests script the answers. */
import 'reflect-metadata'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:https'
import type { Duplex } from 'node:stream'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TLSSocket } from 'node:tls'
import { initTRPC, TRPCError, tracked } from '@trpc/server'
import { createHTTPHandler } from '@trpc/server/adapters/standalone'
import { z } from 'zod'
import { contractVersion } from '@berth/core/agent-contract/agent-contract'
import type { JoinAnswer } from '@berth/core/agent-contract/join'
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
  readonly hostId: string
  readonly askedFor: (string | null)[] = []
  readonly address = '127.0.0.1'
  port = 0
  version = contractVersion
  /** Kept events, told from after the id that a reader names. */
  readonly events: { readonly id: string; readonly event: object }[] = []
  /** Procedures that were asked for, one per request. */
  readonly askedPaths: string[] = []
  /** Answers step.run, by the raw input. */
  onStep: (input: unknown) => unknown = () => {
    throw new Error('no steps are scripted')
  }
  panelIdentity: PanelIdentity = { caPem: '', certificatePem: '', keyPem: '' }
  readonly authority: CertificateAuthority
  /** Of the panels that asked, by their certificates, one per request. */
  readonly askedBy: string[] = []
  readonly installed: string[] = []
  capabilities: string[] = []
  /** The lists of refused certificates that it was told. */
  readonly refused: string[][] = []
  /** Of the certificate that it shows. */
  fingerprint = ''
  #server: Server | undefined
  #key = { key: '', cert: '', ca: '' }
  readonly #wakers = new Set<() => void>()
  readonly #dir: string
  #waitingKey = ''
  readonly #sockets = new Set<Duplex>()

  private constructor(dir: string, authority: CertificateAuthority, hostId: string = newUuid()) {
    this.#dir = dir
    this.authority = authority
    this.hostId = hostId
  }

  /** One that has joined a panel, under the certificate that it was given. Listens when it is told to, on `port`. */
  static async joined({ hostId, caPem, certificatePem }: JoinAnswer, keyPem: string): Promise<ScriptedAgent> {
    const dir = await mkdtemp(join(tmpdir(), 'berth-agent-'))
    const agent = new ScriptedAgent(dir, await openCertificateAuthority(dir), hostId)
    agent.#key = { key: keyPem, cert: certificatePem, ca: caPem }
    agent.capabilities = ['refusals']
    return agent
  }

  /** `certifiedAtMs`: when its certificate was made. Default: now. */
  static async start(certifiedAtMs = Date.now()): Promise<ScriptedAgent> {
    const dir = await mkdtemp(join(tmpdir(), 'berth-agent-'))
    const authority = await openCertificateAuthority(dir, () => certifiedAtMs)
    const agent = new ScriptedAgent(dir, await openCertificateAuthority(dir))
    agent.panelIdentity = await agent.authority.panelIdentity()
    const { keyPem, csrPem } = await newHostKey('CN=scripted')
    const { hostId, address } = agent
    const { certificatePem, fingerprint } = await authority.signHost({ csrPem, hostId, address })
    agent.fingerprint = fingerprint
    agent.#key = { key: keyPem, cert: certificatePem, ca: authority.caPem }
    await agent.up()
    return agent
  }

  /** The panel's next certificate. */
  async nextPanelIdentity(): Promise<PanelIdentity> {
    await rm(join(this.#dir, 'ca', 'panel.pem'))
    return this.authority.panelIdentity()
  }

  /** As it stands: also what agents of another day said. */
  tell(event: object): void {
    this.events.push({ id: `s:${this.events.length + 1}`, event })
    for (const wake of this.#wakers) wake()
  }

  async up(): Promise<void> {
    const handler = createHTTPHandler({ router: this.#router(), basePath: '/trpc/' })
    const server = createServer({ ...this.#key, requestCert: true, rejectUnauthorized: true }, (request, response) => {
      if (request.socket instanceof TLSSocket) this.askedBy.push(request.socket.getPeerCertificate().fingerprint256)
      this.askedPaths.push(/^\/trpc\/([\w.]+)/.exec(request.url ?? '')?.[1] ?? '')
      handler(request, response)
    })
    server.on('connection', (socket) => {
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
    })
    const listening = Promise.withResolvers<void>()
    server.listen(this.port, this.address, () => listening.resolve())
    await listening.promise
    const address = server.address()
    if (address !== null && typeof address === 'object') this.port = address.port
    this.#server = server
  }

  openConnections(): number {
    return this.#sockets.size
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
        refuseCertificates: procedure.input(z.object({ fingerprints: z.array(z.string()) })).mutation(({ input }) => {
          this.refused.push(input.fingerprints)
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
      step: router({ run: procedure.input((input: unknown) => input).mutation(({ input }) => this.onStep(input)) }),
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
