/**
 * The build's own files, from the disk as the build compressed them (scripts/compress-static.ts). Their names carry a hash
 * of what is in them, so a browser keeps them for ever and asks for each once.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import sirv from 'sirv'

const prefix = '/_next/static/'

/** Answers what lies under /_next/static; false for any other path. The folder is read once, when this is called. */
export function serveStaticFiles(dir: string): (request: IncomingMessage, response: ServerResponse) => boolean {
  const serve = sirv(dir, { brotli: true, gzip: true, immutable: true, maxAge: 31_536_000, etag: true })
  return (request, response) => {
    const { url = '' } = request
    if (!url.startsWith(prefix)) return false
    request.url = url.slice(prefix.length - 1)
    serve(request, response, () => {
      // A page of an older build asks; it must not be remembered that there is nothing.
      response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' })
      response.end('There is no such file.\n')
    })
    return true
  }
}
