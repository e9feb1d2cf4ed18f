/**
 * The agent's only door: HTTPS with mutual TLS 1.3, open to the panel's certificate, and to other hosts' for what is between
 * hosts (peer.ts).
 *
 * Invariant: nothing is answered, and no upgrade is looked at, before the peer's certificate is of our CA and says that it
 * is one that may ask that; other hosts of the installation have certificates of the same CA.
 */
import type { IncomingMessage } from 'node:http'
import { createServer, type Server as HttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import type { SecureContextOptions, TLSSocket } from 'node:tls'
import { pathProbePath } from '@berth/core/agent-contract/agent-contract'
import { imageFilePath } from '@berth/core/agent-contract/image-commands'
import { leashPostPath } from '@berth/core/console/leash-words'
import { AppError, errorToWire, toAppError } from '@berth/core/errors/app-error'
import type { AnyTRPCRouter } from '@trpc/server'
import { createHTTPHandler } from '@trpc/server/adapters/standalone'
import type { Logger } from 'pino'
import type { ConsoleRequest, Upgrade } from '../console/consoles.ts'
import type { PathSink } from '../forecast/path-sink.ts'
import type { ImageOffers } from '../storage/image-offers.ts'
import { readConsolePath } from './console-path.ts'
import type { HostIdentity } from './host-identity.ts'
import { checkMayAsk, peerOf, trpcPath } from './peer.ts'
import type { RefusedCertificates } from './refused-certificates.ts'
import type { RequestContext } from './trpc.ts'

export interface AgentServerOptions {
  identity: HostIdentity
  listen: { host: string; port: number }
  router: AnyTRPCRouter
  /** Takes the connection, or says false when there is no such machine. */
  openConsole: (upgrade: Upgrade, target: ConsoleRequest) => boolean
  /** Takes the connection to which passed consoles' leashes are tied; absent where none are passed. */
  openLeashPost: ((connection: Duplex) => void) | undefined
  refused: RefusedCertificates
  pathSink: PathSink
  offers: ImageOffers
  logger: Logger
}

export interface AgentServer {
  readonly address: AddressInfo
  /** Shown to whoever connects from now on; open connections keep what they have. */
  useIdentity: (renewed: HostIdentity) => void
  /** Stops listening and cuts every link; machines are not touched. */
  close: () => Promise<void>
}

const maxBodyBytes = 1024 * 1024

/** Listens. Throws what the system says when it cannot: port taken, no such address. */
export async function openAgentServer(options: AgentServerOptions): Promise<AgentServer> {
  const { identity, router, logger } = options
  const handleTrpc = createHTTPHandler({
    router,
    basePath: trpcPath,
    createContext: ({ req }): RequestContext => ({ peer: peerOf(req.socket) }),
    maxBodySize: maxBodyBytes,
    onError: ({ error, path }) => {
      if (error.code === 'INTERNAL_SERVER_ERROR') logger.error({ err: error.cause ?? error, path }, 'a request broke')
    },
  })
  const server = createServer({
    ...secureContextOf(identity),
    requestCert: true,
    rejectUnauthorized: true,
    headersTimeout: 10_000,
    requestTimeout: 30_000,
  })
  const upgraded = new Set<Duplex>()

  server.on('request', (request, response) => {
    const refusal = refuse(request)
    if (refusal === undefined && request.url?.startsWith(trpcPath) === true) return void handleTrpc(request, response)
    if (refusal === undefined && request.url === pathProbePath) return options.pathSink.take(request, response)
    if (refusal === undefined && request.url?.startsWith(`${imageFilePath}?`) === true)
      return void options.offers.send(peerOf(request.socket), request, response)
    const error = refusal ?? new AppError('OBJECT_NOT_FOUND', 'There is nothing at this address')
    response.writeHead(refusal === undefined ? 404 : 403, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ error: errorToWire(error) }))
  })
  const takeUpgrade = (upgrade: Upgrade): boolean => {
    const { request, socket } = upgrade
    const { openConsole, openLeashPost } = options
    if (request.url === leashPostPath) openLeashPost?.(socket)
    if (request.url === leashPostPath) return openLeashPost !== undefined
    const target = readConsolePath(request.url)
    return target !== undefined && openConsole(upgrade, target)
  }
  server.on('upgrade', (request, socket: Duplex, head) => {
    if (refuse(request) !== undefined || !takeUpgrade({ request, socket, head })) {
      socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n')
      return
    }
    upgraded.add(socket)
    socket.once('close', () => upgraded.delete(socket))
  })
  cutRefused(server, options.refused)
  server.on('tlsClientError', (error) => logger.debug({ err: error }, 'a TLS handshake failed'))

  const address = await listen(server, options.listen)
  return {
    address,
    useIdentity: (renewed) => server.setSecureContext(secureContextOf(renewed)),
    close: async () => {
      const { promise, resolve } = Promise.withResolvers<void>()
      server.close(() => resolve())
      for (const socket of upgraded) socket.destroy()
      server.closeAllConnections()
      await promise
    },
  }
}

/** A revoked certificate ends a connection before its first request, and those that are open when it is revoked. */
function cutRefused(server: HttpsServer, refused: RefusedCertificates): void {
  const open = new Set<TLSSocket>()
  const cut = (socket: TLSSocket): void => {
    if (refused.has(socket.getPeerCertificate().fingerprint256)) socket.destroy()
  }
  server.on('secureConnection', (socket) => {
    cut(socket)
    if (socket.destroyed) return
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  })
  refused.onChange = () => open.forEach(cut)
}

const secureContextOf = (identity: HostIdentity): SecureContextOptions => ({
  ca: identity.caPem,
  cert: identity.certificatePem,
  key: identity.keyPem,
  minVersion: 'TLSv1.3',
})

async function listen(server: HttpsServer, { host, port }: { host: string; port: number }): Promise<AddressInfo> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen({ host, port }, resolve)
  await promise
  server.off('error', reject)
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('the server has no address')
  return address
}

function refuse({ socket, url }: IncomingMessage): AppError | undefined {
  try {
    checkMayAsk(peerOf(socket), url)
    return undefined
  } catch (error) {
    return toAppError(error)
  }
}
