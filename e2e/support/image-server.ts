import { createServer } from 'node:http'
import { readFile } from 'node:fs/promises'

/** Serves one file under any path on the loopback, as a mirror would. */
export async function serveFile(path: string): Promise<{ url: string } & AsyncDisposable> {
  const bytes = await readFile(path)
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-length': bytes.length, 'content-type': 'application/octet-stream' })
    response.end(bytes)
  })
  const { promise, resolve } = Promise.withResolvers<number>()
  server.listen(0, '127.0.0.1', () => {
    const address = server.address()
    resolve(typeof address === 'object' && address !== null ? address.port : 0)
  })
  const port = await promise
  return {
    url: `http://127.0.0.1:${port}/image.qcow2`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }
}
