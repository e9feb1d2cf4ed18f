/** A mirror that serves one file piece by piece, as the test lets it: progress, a cancel and a break can be met half-way. */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'

const pieces = 20

export interface SlowMirror extends AsyncDisposable {
  readonly url: string
  readonly sha256: string
  /** How many asked so far, and from which byte each. */
  readonly asked: readonly number[]
  /** From now on so many pieces of the file may leave, of 20; those that are on their way go on. */
  letOut: (count: number) => void
  /** Ends the connections in the middle of what they send. */
  breakOff: () => void
  /** Resolves when nobody is being served any more. */
  left: () => Promise<void>
}

/** `keepsItsFile`: whether it names the file by a tag, so that the rest of it can be asked for. */
export async function openSlowMirror(path: string, { keepsItsFile = true } = {}): Promise<SlowMirror> {
  const body = await readFile(path)
  const pieceBytes = Math.ceil(body.length / pieces)
  const asked: number[] = []
  const open = new Set<ServerResponse>()
  let allowed = 0
  let wake = Promise.withResolvers<void>()

  async function send(response: ServerResponse, start: number): Promise<void> {
    for (let at = start; at < body.length && !response.destroyed;) {
      const end = Math.min(body.length, at + pieceBytes, allowed * pieceBytes)
      if (end > at) {
        response.write(body.subarray(at, end))
        at = end
      } else await Promise.race([wake.promise, once(response, 'close')])
    }
    response.end()
  }

  const server = createServer((request, response) => {
    const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
    asked.push(start)
    open.add(response)
    response.once('close', () => open.delete(response))
    response.writeHead(start === 0 ? 200 : 206, {
      'content-length': body.length - start,
      ...(keepsItsFile ? { etag: '"this-file"' } : {}),
      ...(start === 0 ? {} : { 'content-range': `bytes ${start}-${body.length - 1}/${body.length}` }),
    })
    void send(response, start)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/image.qcow2`,
    sha256: createHash('sha256').update(body).digest('hex'),
    asked,
    letOut: (count) => {
      allowed = count
      wake.resolve()
      wake = Promise.withResolvers()
    },
    breakOff: () => {
      for (const response of open) response.destroy()
    },
    left: async () => {
      await Promise.all([...open].map((response) => once(response, 'close')))
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }
}
