import type { IncomingMessage } from 'node:http'
import { AppError } from '@berth/core/errors/app-error'

/** The whole body, of at most `maxBytes`. Throws INPUT_INVALID as soon as it is known to be longer. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const tooLong = (): AppError =>
    new AppError('INPUT_INVALID', `The body is longer than ${maxBytes} bytes.`, { details: { maxBytes } })
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLong()
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue
    bytes += chunk.byteLength
    if (bytes > maxBytes) throw tooLong()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
