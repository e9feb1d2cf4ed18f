/** Fetches an image to a file, hashing on the way; bounded in time without progress, in size and in redirects. */
import { createHash, type Hash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { AppError, hasErrorCode } from '@berth/core/errors/app-error'
import { GiB, formatBytes } from '@berth/core/units/bytes'
import type { Agent, Dispatcher } from 'undici'
import { checkUrl, guardedLookup } from './url-guard.ts'

export interface DownloadOptions {
  url: string
  path: string
  signal: AbortSignal
  onProgress: (doneBytes: number, totalBytes: number | null) => void
  /** Addresses of the host itself are refused unless this is set, which only tests and air-gapped labs do. */
  mayReachLoopback: boolean
  maxBytes?: number
  /** Called with the size where the server says it, before a byte is written; throws POOL_FULL. */
  makeRoom?: (bytes: number) => Promise<void>
}

export interface DownloadedFile {
  bytes: number
  sha256: string
  sha512: string
}

const maxRedirects = 5
const stallTimeoutMs = 30_000
const defaultMaxBytes = 512 * GiB

/** Throws URL_FORBIDDEN, IMAGE_DOWNLOAD_FAILED, POOL_FULL or OPERATION_CANCELLED. */
export async function downloadImage(options: DownloadOptions): Promise<DownloadedFile> {
  // Loaded with the first download only: it would be a tenth of the agent's whole start.
  const { Agent } = await import('undici')
  const dispatcher = new Agent({
    connect: options.mayReachLoopback ? { timeout: 10_000 } : { timeout: 10_000, lookup: guardedLookup },
    headersTimeout: stallTimeoutMs,
    bodyTimeout: stallTimeoutMs,
  })
  try {
    const response = await follow(options, dispatcher)
    return await save(response, options)
  } catch (error) {
    throw describe(error, options)
  } finally {
    await dispatcher.destroy()
  }
}

async function follow(options: DownloadOptions, dispatcher: Agent): Promise<Dispatcher.ResponseData> {
  const { request } = await import('undici')
  let url = new URL(options.url)
  for (let hop = 0; hop <= maxRedirects; hop++) {
    if (!options.mayReachLoopback) checkUrl(url)
    const response = await request(url, { dispatcher, signal: options.signal, headers: { 'user-agent': 'berth' } })
    const { location } = response.headers
    if (response.statusCode < 300 || response.statusCode >= 400 || typeof location !== 'string')
      return accept(response, url)
    await response.body.dump()
    url = new URL(location, url)
  }
  throw new AppError('IMAGE_DOWNLOAD_FAILED', `More than ${maxRedirects} redirects.`)
}

function accept(response: Dispatcher.ResponseData, url: URL): Dispatcher.ResponseData {
  if (response.statusCode === 200) return response
  throw new AppError('IMAGE_DOWNLOAD_FAILED', `${url.host} answered ${response.statusCode}.`, {
    details: { status: response.statusCode, url: url.href },
  })
}

async function save(response: Dispatcher.ResponseData, options: DownloadOptions): Promise<DownloadedFile> {
  const declared = Number(response.headers['content-length'] ?? Number.NaN)
  const total = Number.isFinite(declared) ? declared : null
  const maxBytes = options.maxBytes ?? defaultMaxBytes
  if (total !== null && total > maxBytes) throw tooLarge(maxBytes)
  await options.makeRoom?.(total ?? 0)
  const hashes = { sha256: createHash('sha256'), sha512: createHash('sha512') }
  await using file = await open(options.path, 'w', 0o600)
  let done = 0
  for await (const chunk of chunksOf(response)) {
    done += chunk.length
    if (done > maxBytes) throw tooLarge(maxBytes)
    update(hashes, chunk)
    await file.write(chunk)
    options.onProgress(done, total)
  }
  if (total !== null && done !== total)
    throw new AppError('IMAGE_DOWNLOAD_FAILED', `The transfer ended after ${done} of ${total} bytes.`)
  return { bytes: done, sha256: hashes.sha256.digest('hex'), sha512: hashes.sha512.digest('hex') }
}

const tooLarge = (maxBytes: number): AppError =>
  new AppError('SIZE_INVALID', `The image is larger than ${formatBytes(maxBytes)}.`)

async function* chunksOf(response: Dispatcher.ResponseData): AsyncGenerator<Buffer> {
  for await (const chunk of response.body) if (Buffer.isBuffer(chunk)) yield chunk
}

function update(hashes: Readonly<Record<string, Hash>>, chunk: Buffer): void {
  for (const hash of Object.values(hashes)) hash.update(chunk)
}

/** The same of a file that is here already. */
export async function hashFile(path: string, signal: AbortSignal): Promise<DownloadedFile> {
  const hashes = { sha256: createHash('sha256'), sha512: createHash('sha512') }
  await using file = await open(path, 'r')
  let bytes = 0
  for await (const chunk of file.createReadStream({ autoClose: false, signal, highWaterMark: 1 << 20 })) {
    if (!Buffer.isBuffer(chunk)) continue
    bytes += chunk.length
    update(hashes, chunk)
  }
  return { bytes, sha256: hashes.sha256.digest('hex'), sha512: hashes.sha512.digest('hex') }
}

function describe(error: unknown, options: DownloadOptions): Error {
  if (options.signal.aborted) return new AppError('OPERATION_CANCELLED', 'The download was cancelled.')
  const inner = error instanceof Error && hasErrorCode(error.cause, 'URL_FORBIDDEN') ? error.cause : error
  if (inner instanceof AppError) return inner
  const message = error instanceof Error ? error.message : String(error)
  if (error instanceof Error && 'code' in error && error.code === 'ENOSPC')
    return new AppError('POOL_FULL', 'The pool ran full during the download.', { cause: error })
  return new AppError('IMAGE_DOWNLOAD_FAILED', message, { cause: error, details: { url: options.url } })
}
