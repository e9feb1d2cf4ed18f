/** The HTTP server with its limits: Node's defaults let a slow or greedy peer hold a connection for minutes. */
import { createServer, type Server } from 'node:http'
import { createServer as createNetServer, type Server as NetServer } from 'node:net'
import type { Logger } from 'pino'
import { AppError } from '@berth/core/errors/app-error'

export function createLimitedServer(): Server {
  const server = createServer({
    headersTimeout: 10_000,
    // Until the whole request has arrived; an event stream's answer may take as long as it likes.
    requestTimeout: 30_000,
    connectionsCheckingInterval: 2_000,
    keepAliveTimeout: 20_000,
    maxHeaderSize: 16 * 1_024,
  })
  server.maxConnections = 4_096
  server.maxHeadersCount = 100
  return server
}

/** Resolves with the port. Throws INPUT_INVALID that names the address when it is taken or may not be used. */
export async function listen(server: Server, where: { host: string; port: number }): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen(where.port, where.host, resolve)
  try {
    await promise
  } catch (cause) {
    const why =
      cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE' ? 'is in use' : 'cannot be used'
    throw new AppError('INPUT_INVALID', `BERTH_PORT: ${where.host}:${where.port} ${why}.`, { cause })
  } finally {
    server.off('error', reject)
  }
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : where.port
}

/**
 * Lets the same server take connections on another address. One that is not there, as when the network of the hosts was
 * taken away by hand, costs only what it is for: browsers are not kept from the panel by it.
 */
export async function openSecondDoor(
  server: Server,
  where: { host: string; port: number },
  log: Logger,
): Promise<NetServer | undefined> {
  const door = createNetServer((socket) => server.emit('connection', socket))
  door.maxConnections = server.maxConnections
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  door.once('error', reject)
  door.listen(where.port, where.host, resolve)
  try {
    await promise
    return door
  } catch (error) {
    log.error({ err: error, ...where }, 'hosts cannot reach the panel by the address that is for them')
    return undefined
  } finally {
    door.off('error', reject)
  }
}

const drainMs = 5_000

/** Takes nothing new, lets short requests finish, then cuts what is left: streams and consoles reconnect elsewhere. */
export async function closeServer(server: Server, cutUpgraded: () => void): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  server.close(() => resolve())
  server.closeIdleConnections()
  cutUpgraded()
  const cut = setTimeout(() => server.closeAllConnections(), drainMs)
  await promise
  clearTimeout(cut)
}
