/**
 * The build's own files, from the disk as the build compressed them (scripts/compress-static.ts). Their names carry a hash
 * of what is in them, so a browser keeps them for ever and asks for each once.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import sirv from 'sirv'

const prefix = '/_next/static/'

/**
 * Answers what lies under /_next/static of one of the folders, the first that has it; false for any other path. The
 * folders are read once, when this is called.
 */
export function serveStaticFiles(
  dirs: readonly string[],
): (request: IncomingMessage, response: ServerResponse) => boolean {
  const folders = dirs.map((dir) =>
    sirv(dir, { brotli: true, gzip: true, immutable: true, maxAge: 31_536_000, etag: true }),
  )
  return (request, response) => {
    const { url = '' } = request
    if (!url.startsWith(prefix)) return false
    request.url = url.slice(prefix.length - 1)
    const tryFrom = (index: number): void => {
      const serve = folders[index]
      if (serve) serve(request, response, () => tryFrom(index + 1))
      else answerNothing(response)
    }
    tryFrom(0)
    return true
  }
}

/** A page of an older build asks; it must not be remembered that there is nothing. */
function answerNothing(response: ServerResponse): void {
  response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' })
  response.end('There is no such file.\n')
}
