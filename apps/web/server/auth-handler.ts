/** /api/auth: better-auth behind an allow-list, a body cap and our own origin check. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { AppError } from '@berth/core/errors/app-error'
import { isOwnOrigin, isWithoutBrowser } from '@berth/api/auth/own-origin'
import { clientIpHeader } from '@berth/api/auth/auth-hooks'
import { authPaths, type PanelAuth } from '@berth/api/auth/panel-auth'
import { readBody } from './request-body.ts'

const maxBodyBytes = 16 * 1_024

export interface AuthDoor {
  readonly auth: PanelAuth
  readonly publicUrl: string | undefined
}

export async function handleAuth(door: AuthDoor, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', `http://${request.headers.host ?? 'localhost'}`)
  if (!authPaths.includes(url.pathname)) throw new AppError('OBJECT_NOT_FOUND', 'There is no such path.')
  const isReading = request.method === 'GET' || request.method === 'HEAD'
  if (!isReading && !isOwnOrigin(request.headers, door.publicUrl) && !isWithoutBrowser(request.headers)) {
    throw new AppError('ORIGIN_FORBIDDEN', 'The Origin header does not name this panel.')
  }
  const answer = await door.auth.handler(
    new Request(url, {
      method: request.method ?? 'GET',
      headers: headersOf(request),
      ...(isReading ? {} : { body: new Uint8Array(await readBody(request, maxBodyBytes)) }),
    }),
  )
  const headers = Object.fromEntries([...answer.headers].filter(([name]) => name !== 'set-cookie'))
  response.setHeader('cache-control', 'no-store')
  response.writeHead(answer.status, { ...headers, 'set-cookie': answer.headers.getSetCookie() })
  response.end(Buffer.from(await answer.arrayBuffer()))
}

function headersOf(request: IncomingMessage): Headers {
  const headers = new Headers()
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value)
  }
  headers.set(clientIpHeader, request.socket.remoteAddress ?? '')
  return headers
}
