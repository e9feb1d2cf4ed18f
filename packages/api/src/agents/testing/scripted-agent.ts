/** An agent's HTTPS door on a real socket with real certificates, behind which tests script the answers. */
import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as x509 from '@peculiar/x509'
import { initTRPC, TRPCError, tracked } from '@trpc/server'
import { createHTTPHandler } from '@trpc/server/adapters/standalone'
import { z } from 'zod'
import { contractVersion } from '@berth/core/agent-contract/agent-contract'
import type { AgentEvent } from '@berth/core/agent-contract/agent-events'
import { AppError, errorToWire } from '@berth/core/errors/app-error'
import { newUuid } from '@berth/core/ids/ids'
import { openCertificateAuthority, type PanelIdentity } from '../../host/certificate-authority.ts'

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
  #server: Server | undefined
  #key = { key: '', cert: '', ca: '' }
  readonly #wakers = new Set<() => void>()
  #dir = ''

  static async start(): Promise<ScriptedAgent> {
    const agent = new ScriptedAgent()
    agent.#dir = await mkdtemp(join(tmpdir(), 'berth-agent-'))
    const authority = await openCertificateAuthority(agent.#dir)
    agent.panelIdentity = await authority.panelIdentity()
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
    const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
    const request = await x509.Pkcs10CertificateRequestGenerator.create({ keys, signingAlgorithm: algorithm })
    const csrPem = request.toString('pem')
    const { certificatePem } = await authority.signHost({ csrPem, hostId: agent.hostId, address: agent.address })
    const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)
    agent.#key = { key: x509.PemConverter.encode(pkcs8, 'PRIVATE KEY'), cert: certificatePem, ca: authority.caPem }
    await agent.up()
    return agent
  }

  tell(event: AgentEvent): void {
    this.events.push({ id: `s:${this.events.length + 1}`, event })
    for (const wake of this.#wakers) wake()
  }

  async up(): Promise<void> {
    const handler = createHTTPHandler({ router: this.#router(), basePath: '/trpc/' })
    const server = createServer({ ...this.#key, requestCert: true, rejectUnauthorized: true }, handler)
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
          capabilities: [],
          at: new Date().toISOString(),
        })),
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
