/** /api/trpc: finds the caller, bounds the request, hands it to the router. Errors are logged here, once, with their cause. */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { nodeHTTPRequestHandler } from '@trpc/server/adapters/node-http'
import { findCaller } from '@berth/api/auth/find-caller'
import { isOwnOrigin, panelUrlOf } from '@berth/api/auth/own-origin'
import type { PanelAuth } from '@berth/api/auth/panel-auth'
import { appRouter } from '@berth/api/root'
import { appErrorOf, retryAfterSeconds, toTrpcError } from '@berth/api/trpc/error-map'
import type { Panel, RequestContext } from '@berth/api/trpc/panel'

/** User data (64 KiB) and fifty SSH keys fit; nothing legitimate is near. */
const maxBodyBytes = 1_024 * 1_024
const maxBatchSize = 20

export interface TrpcDoor {
  readonly panel: Panel
  readonly auth: PanelAuth
  readonly publicUrl: string | undefined
}

/** `path` is what follows /api/trpc/. */
export async function handleTrpc(
  door: TrpcDoor,
  path: string,
  { request, response }: { request: IncomingMessage; response: ServerResponse },
): Promise<void> {
  const requestId = randomUUID()
  response.setHeader('x-request-id', requestId)
  response.setHeader('cache-control', 'no-store')
  await nodeHTTPRequestHandler({
    router: appRouter,
    path,
    req: request,
    res: response,
    maxBodySize: maxBodyBytes,
    maxBatchSize,
    createContext: () => contextOf(door, request, requestId),
    responseMeta({ errors }) {
      const seconds = errors.map((error) => retryAfterSeconds(appErrorOf(error))).find((each) => each !== undefined)
      return seconds === undefined ? {} : { headers: { 'retry-after': String(seconds) } }
    },
    onError({ error, path: procedure, ctx }) {
      const known = appErrorOf(error)
      const fields = { requestId, procedure, userId: ctx?.caller?.userId, code: known.code, err: error }
      if (known.code === 'INTERNAL' || known.code === 'DATABASE_UNAVAILABLE')
        door.panel.log.error(fields, known.message)
      else door.panel.log.debug(fields, known.message)
    },
  })
}

async function contextOf(door: TrpcDoor, request: IncomingMessage, requestId: string): Promise<RequestContext> {
  // Outside the procedures, whose errors are mapped: without this an absent database would be a 500.
  const caller = await findCaller({ db: door.panel.db, auth: door.auth }, request.headers).catch((error: unknown) => {
    throw toTrpcError(error)
  })
  const panelUrl = panelUrlOf(request.headers, door.publicUrl)
  return {
    panel: door.panel,
    caller,
    ...(panelUrl === undefined ? {} : { panelUrl }),
    ip: request.socket.remoteAddress ?? null,
    requestId,
    isSameOrigin: isOwnOrigin(request.headers, door.publicUrl),
    notes: {},
  }
}
