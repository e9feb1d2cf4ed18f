/**
 * Next renders pages and nothing else: it gets GET and HEAD for paths that are not ours, never an upgrade, never a body.
 * So Server Actions cannot be called, whatever a page imports.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import next from 'next'
import { AppError } from '@berth/core/errors/app-error'
import { holdBuiltPages } from './built-pages.ts'
import { setPagePolicy } from './security-headers.ts'
import { serveStaticFiles } from './static-files.ts'

declare global {
  /** The build that this panel serves, for next.config.mjs; undefined while pages are built. */
  var berthDistDir: string | undefined
}

const webDir = join(import.meta.dirname, '..')

export interface NextApp {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>
  readonly hotReload: ((request: IncomingMessage, socket: Duplex, head: Buffer) => void) | undefined
  close(): Promise<void>
}

/** Null where the pages were not built: the API works without them, and says so. */
export async function startNext(server: Server, isDev: boolean): Promise<NextApp | null> {
  const built = isDev ? undefined : holdBuiltPages(webDir)
  if (!isDev && !built) return null
  globalThis.berthDistDir = built?.distDir
  const app = next({ dev: isDev, dir: webDir, httpServer: server })
  await app.prepare()
  const handle = app.getRequestHandler()
  const upgrade = app.getUpgradeHandler()
  const serveStatic = built ? serveStaticFiles(built.staticDirs) : () => false
  return {
    async handle(request, response) {
      requirePageRequest(request)
      if (serveStatic(request, response)) return
      stripInternalHeaders(request)
      setPagePolicy(request, response, isDev)
      await handle(request, response)
    },
    hotReload: isDev ? (request, socket, head) => void upgrade(request, socket, head) : undefined,
    close: () => app.close(),
  }
}

function requirePageRequest(request: IncomingMessage): void {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    throw new AppError('INPUT_INVALID', 'Pages are only read; changes go to /api/trpc.')
  }
  if (request.url?.startsWith('/_next/image')) throw new AppError('OBJECT_NOT_FOUND', 'There is no such path.')
}

const internalHeader =
  /^(next-action|x-(middleware|nextjs(?!-(html-)?request-id$)|invoke|matched|now|vercel)-.*|x-rewrite-url|x-original-url)$/

/**
 * Headers by which Next talks to itself, and which have let strangers past its middleware. The request ids stay: while
 * developing, the browser waits for what it is told under them, and no link would ever open without.
 */
function stripInternalHeaders(request: IncomingMessage): void {
  for (const name of Object.keys(request.headers)) if (internalHeader.test(name)) delete request.headers[name]
}
