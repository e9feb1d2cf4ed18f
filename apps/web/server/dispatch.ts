/** Where a request goes, by its path. The first match answers; what is nobody's goes to Next. */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { AppError } from '@berth/core/errors/app-error'
import { appErrorOf } from '@berth/api/trpc/error-map'
import { pingDatabase } from '@berth/api/trpc/readiness-repo'
import { handleAuth } from './auth-handler.ts'
import { agentBundlePath } from '@berth/api/host/agent-bundle'
import { handleJoin, serveAgentBundle } from './join-handler.ts'
import type { NextApp } from './next-app.ts'
import type { PanelProcess } from '@berth/api/panel-process'
import { answerError, answerText } from './plain-answer.ts'
import { setSecurityHeaders } from './security-headers.ts'
import { handleTrpc } from './trpc-handler.ts'

export interface Dispatch {
  readonly process: PanelProcess
  readonly publicUrl: string | undefined
  /** Undefined until the pages can be shown, null where they were not built. */
  readonly pages: () => NextApp | null | undefined
}

export async function dispatchRequest(
  dispatch: Dispatch,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  setSecurityHeaders(response, dispatch.publicUrl?.startsWith('https:') ?? false)
  try {
    await route(dispatch, request, response)
  } catch (error) {
    const known = appErrorOf(error)
    const requestId = randomUUID()
    if (known.code === 'INTERNAL') dispatch.process.panel.log.error({ requestId, err: error }, 'a request failed')
    answerError(response, known, requestId)
  }
}

async function route(dispatch: Dispatch, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { panel, auth, authority, desk, bundle, prometheus, refreshHosts } = dispatch.process
  const door = { panel, auth, publicUrl: dispatch.publicUrl }
  const path = pathOf(request)
  if (path.startsWith('/api/trpc/')) return handleTrpc(door, path.slice('/api/trpc/'.length), { request, response })
  if (path.startsWith('/api/auth/')) return handleAuth(door, request, response)
  switch (path) {
    case '/api/join':
      return handleJoin({ db: panel.db, authority, desk, refreshHosts }, request, response)
    case agentBundlePath:
      return serveAgentBundle(bundle, request, response)
    case '/healthz':
      return answerText(response, 200, 'ok\n')
    case '/readyz':
      return answerReadiness(dispatch, response)
    case '/metrics': {
      const text = await prometheus.read()
      response.writeHead(200, { 'content-type': prometheus.contentType, 'cache-control': 'no-store' })
      return void response.end(text)
    }
  }
  if (path.startsWith('/api/') || path.startsWith('/ws/'))
    throw new AppError('OBJECT_NOT_FOUND', 'There is no such path.')
  await showPage(dispatch, request, response)
}

/** The path as it was sent, without decoding. An absolute address is a proxy's request, and we are none. */
function pathOf(request: IncomingMessage): string {
  const url = request.url ?? ''
  if (!url.startsWith('/')) throw new AppError('INPUT_INVALID', 'The address must begin with "/".')
  return url.split('?', 1)[0] ?? url
}

/** Next answers 500 to an escape that is no UTF-8, as if the panel had failed. Throws OBJECT_NOT_FOUND. */
function requireReadable(path: string): void {
  try {
    decodeURIComponent(path)
  } catch (cause) {
    throw new AppError('OBJECT_NOT_FOUND', 'There is no such path.', { cause })
  }
}

async function showPage(dispatch: Dispatch, request: IncomingMessage, response: ServerResponse): Promise<void> {
  requireReadable(pathOf(request))
  const pages = dispatch.pages()
  if (pages) return pages.handle(request, response)
  const why =
    pages === null ? 'The pages were not built. Run: pnpm --filter @berth/web build' : 'The pages are starting.'
  answerText(response, 503, `${why}\n`)
}

/** What a reader of the status needs: the first thing that is missing. */
async function answerReadiness(dispatch: Dispatch, response: ServerResponse): Promise<void> {
  try {
    await pingDatabase(dispatch.process.panel.db)
  } catch {
    // Which error it was is in the log of whoever needed the database; here only that it is away counts.
    return answerText(response, 503, 'The database does not answer.\n')
  }
  const pages = dispatch.pages()
  if (pages === undefined) return answerText(response, 503, 'The pages are starting.\n')
  answerText(response, 200, pages === null ? 'ready, without pages: they were not built\n' : 'ready\n')
}
