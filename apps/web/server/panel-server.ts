/** A panel that listens: main.ts runs one, tests run several. */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { createCaller } from '@berth/api/root'
import { findCaller } from '@berth/api/auth/find-caller'
import type { ConsoleHold } from '@berth/api/console/leash-post'
import type { PassingHouse } from '@berth/api/console/passing-house'
import type { ServerHook } from '@berth/api/trpc/server-hook'
import type { Logger } from 'pino'
import { dispatchRequest } from './dispatch.ts'
import type { PanelEnv } from './env.ts'
import { closeServer, createLimitedServer, listen, openSecondDoor } from './http-server.ts'
import { startNext, type NextApp } from './next-app.ts'
import type { PanelProcess } from '@berth/api/panel-process'
import { handleUpgrade } from './upgrade.ts'

export interface PanelServer extends AsyncDisposable {
  readonly port: number
}

export interface PanelServerOptions {
  /** Stays open when the server closes: whoever opened it ends it. */
  readonly process: PanelProcess
  readonly env: Pick<PanelEnv, 'listen' | 'port' | 'publicUrl' | 'isDev'> & Partial<Pick<PanelEnv, 'listenForHosts'>>
  /** The supervisor's, where it can pass connections to agents beside us. */
  readonly house?: PassingHouse | undefined
  readonly log: Logger
  /** False: no pages, for tests of everything else. */
  readonly hasPages: boolean
}

export async function startPanelServer(options: PanelServerOptions): Promise<PanelServer> {
  const { process: panelProcess, env, log, hasPages, house } = options
  const { panel, auth, authority, seats } = panelProcess
  const { publicUrl } = env
  const server = createLimitedServer()
  const upgraded = new Set<ConsoleHold>()
  const track = (connection: ConsoleHold): void => {
    upgraded.add(connection)
    connection.once('close', () => upgraded.delete(connection))
  }
  const shown: { pages: NextApp | null | undefined } = { pages: undefined }
  server.on('request', (request, response) => {
    void dispatchRequest({ process: panelProcess, publicUrl, pages: () => shown.pages }, request, response)
  })
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    track(socket)
    const hotReload = shown.pages?.hotReload
    const door = { db: panel.db, auth, publicUrl, seats, authority, house, track, log, hotReload }
    handleUpgrade(door, { request, socket, head })
  })
  // A broken request is its sender's business; without an answer it would look like a dead panel.
  server.on('clientError', (_error, socket) => socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n'))
  const port = await listen(server, { host: env.listen, port: env.port })
  const secondDoor = env.listenForHosts && (await openSecondDoor(server, { host: env.listenForHosts, port }, log))
  globalThis.berthServer = serverHook(panelProcess)
  shown.pages = hasPages ? await startNext(server, env.isDev) : null
  if (shown.pages === null && hasPages) log.warn('the pages were not built: only the API answers')
  return {
    port,
    async [Symbol.asyncDispose]() {
      if (secondDoor) secondDoor.close()
      await closeServer(server, () => upgraded.forEach((socket) => socket.destroy()))
      await shown.pages?.close()
    },
  }
}

/** Loaders only read, so no origin counts: a mutation through this door is refused like one from a foreign page. */
function serverHook({ panel, auth }: PanelProcess): ServerHook {
  return {
    async createServerCaller(headers) {
      const cookie = headers.get('cookie') ?? undefined
      const authorization = headers.get('authorization') ?? undefined
      const caller = await findCaller({ db: panel.db, auth }, { cookie, authorization })
      const requestId = crypto.randomUUID()
      return { caller, api: createCaller({ panel, caller, ip: null, requestId, isSameOrigin: false, notes: {} }) }
    },
  }
}
