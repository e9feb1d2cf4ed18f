/** The other end of a probe of the path: counts what comes, and throws it away. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { AppError, errorToWire } from '@berth/core/errors/app-error'

/** TCP's slow start, and what a shaped link lets through at first. */
const warmUpMs = 150
/** Whoever sends more, or for longer, is cut. */
const mostBytes = 512 * 1024 * 1024
const mostMs = 10_000
const mostAtOnce = 2

export class PathSink {
  #open = 0

  take(request: IncomingMessage, response: ServerResponse): void {
    if (this.#open >= mostAtOnce) return refuse(response)
    this.#open++
    response.once('close', () => this.#open--)
    const tooLong = setTimeout(() => request.destroy(), mostMs)
    response.once('close', () => clearTimeout(tooLong))
    let [bytes, warmBytes] = [0, 0]
    let [firstAtMs, warmAtMs, lastAtMs] = [0, 0, 0]
    request.on('data', (piece: Buffer) => {
      lastAtMs = performance.now()
      if (bytes === 0) firstAtMs = lastAtMs
      bytes += piece.length
      if (lastAtMs - firstAtMs < warmUpMs || warmAtMs === 0) {
        warmAtMs = lastAtMs
        warmBytes = bytes
      }
      if (bytes > mostBytes) request.destroy()
    })
    request.on('error', () => response.destroy())
    request.once('end', () => {
      // One that was over before it was warm is counted as it was.
      const isWarm = lastAtMs - warmAtMs > warmUpMs
      const counted = isWarm ? bytes - warmBytes : bytes
      const ms = Math.max(0.1, lastAtMs - (isWarm ? warmAtMs : firstAtMs))
      response.end(JSON.stringify({ bytes: counted, ms }))
    })
  }
}

function refuse(response: ServerResponse): void {
  const error = new AppError('FORECAST_UNAVAILABLE', 'Other hosts measure their path to this one right now.')
  response.writeHead(503, { 'content-type': 'application/json', connection: 'close' })
  response.end(JSON.stringify({ error: errorToWire(error) }))
}
