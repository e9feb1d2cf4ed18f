import { request, type IncomingHttpHeaders } from 'node:http'
import { z } from 'zod'
import { wireErrorSchema } from '@berth/core/errors/app-error'

const refusalSchema = z.object({ error: wireErrorSchema })

export interface UpgradeAnswer {
  status: number
  /** AppError's code, or null where the connection was opened. */
  code: string | null
}

/** Asks for a WebSocket with exactly these headers, which no client library lets one do, and says what came back. */
export async function askUpgrade(url: string, headers: IncomingHttpHeaders): Promise<UpgradeAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<UpgradeAnswer>()
  const asked = request(url, {
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      'sec-websocket-protocol': 'binary',
      ...headers,
    },
    signal: AbortSignal.timeout(15_000),
  })
  asked.on('upgrade', (response, socket) => {
    socket.destroy()
    resolve({ status: response.statusCode ?? 0, code: null })
  })
  asked.on('response', (response) => {
    const chunks: Buffer[] = []
    response.on('data', (chunk: Buffer) => chunks.push(chunk))
    response.on('end', () => {
      const body: unknown = JSON.parse(Buffer.concat(chunks).toString())
      resolve({ status: response.statusCode ?? 0, code: refusalSchema.parse(body).error.code })
    })
  })
  asked.on('error', reject)
  asked.end()
  return promise
}
