/**
 * One TLS stream to another host's agent for about a second, as its memory would take that way: how fast it came is counted
 * there (path-sink.ts), where buffers on the way deceive nobody.
 */
import { Agent, request } from 'node:https'
import { json } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import type { IncomingMessage } from 'node:http'
import { pathProbePath } from '@berth/core/agent-contract/agent-contract'
import { hostCommonName } from '@berth/core/agent-contract/join'
import { AppError, errorFromWire, toAppError } from '@berth/core/errors/app-error'
import type { PathSample } from '@berth/core/migration/move-forecast'
import { z } from 'zod'
import type { HostAddress } from '../http/host-link.ts'
import type { HostIdentity } from '../http/host-identity.ts'

/** Longer, and it is a burden; a link that is faster has shown what it is before the bytes are over. */
const sendMs = 1_100
const mostBytes = 192 * 1024 * 1024
const patienceMs = 15_000
/** What is sent is as random as memory may be, though nobody on this way compresses. */
const chunk = Buffer.alloc(256 * 1024, 0xa5)

export const pathReportSchema = z.object({ bytes: z.int().nonnegative(), ms: z.number().positive() })
const refusalSchema = z.object({ error: z.unknown() })

export interface PathProbe {
  readonly target: HostAddress
  readonly identity: HostIdentity
  readonly signal: AbortSignal
}

/** Throws HOST_UNREACHABLE, OPERATION_CANCELLED by `signal`, FORECAST_UNAVAILABLE by the other host. */
export async function probePath({ target, identity, signal }: PathProbe): Promise<PathSample> {
  const patience = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)])
  try {
    return await sendTo(target, identity, patience)
  } catch (error) {
    if (error instanceof AppError) throw error
    if (signal.aborted) throw new AppError('OPERATION_CANCELLED', 'The path is not measured any more.')
    const { message } = toAppError(error)
    throw new AppError('HOST_UNREACHABLE', `${target.address}:${target.port} does not answer: ${message}`, {
      cause: error,
    })
  }
}

async function sendTo(target: HostAddress, identity: HostIdentity, signal: AbortSignal): Promise<PathSample> {
  const { caPem, certificatePem, keyPem } = identity
  // Its own connection, which ends with it.
  const agent = new Agent({ keepAlive: false })
  const beganAtMs = performance.now()
  let roundTripMs = 0
  const call = request({
    ...{ host: target.address, port: target.port, path: pathProbePath, method: 'POST', agent, signal },
    ...{ ca: caPem, cert: certificatePem, key: keyPem, minVersion: 'TLSv1.3' },
    headers: { 'content-type': 'application/octet-stream', 'transfer-encoding': 'chunked' },
    checkServerIdentity: (_name, shown) =>
      shown.subject.CN === hostCommonName(target.hostId)
        ? undefined
        : new Error(`the certificate is for "${String(shown.subject.CN)}"`),
  })
  const answer = Promise.withResolvers<IncomingMessage>()
  call.once('response', answer.resolve)
  call.on('error', answer.reject)
  call.once('socket', (socket) => socket.once('connect', () => (roundTripMs = performance.now() - beganAtMs)))
  const ready = Promise.withResolvers<void>()
  call.once('socket', (socket) => socket.once('secureConnect', ready.resolve))
  await Promise.race([ready.promise, answer.promise])
  const sent = pipeline(chunksFor(sendMs), call)
  const response = await Promise.race([answer.promise, sent.then(() => answer.promise)])
  const body: unknown = await json(response)
  const report = pathReportSchema.safeParse(body)
  if (!report.success) throw errorFromWire(refusalSchema.parse(body).error)
  const { bytes, ms } = report.data
  if (bytes === 0) throw new AppError('FORECAST_UNAVAILABLE', 'Nothing came through to the other host in that time.')
  return { at: new Date().toISOString(), bytes, ms, bytesPerSecond: (bytes * 1_000) / ms, roundTripMs }
}

/** Chunks until the time or the bytes are over. */
function* chunksFor(forMs: number): Generator<Buffer> {
  const until = performance.now() + forMs
  for (let left = mostBytes; left > 0 && performance.now() < until; left -= chunk.length) yield chunk
}
