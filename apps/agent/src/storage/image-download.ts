/** Fetches an image to a file, hashing on the way; bounded in time without progress, in size and in redirects. */
import { createHash, type Hash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { AppError, hasErrorCode } from '@berth/core/errors/app-error'
import { GiB, formatBytes } from '@berth/core/units/bytes'
import type { Agent, Dispatcher } from 'undici'
import { isOutOfSpace } from './durable-files.ts'
import { PacedProgress } from './paced-progress.ts'
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
const maxIdleTries = 3
const resumeDelayMs = 1_000
const tellIntervalMs = 250
const defaultMaxBytes = 512 * GiB

/**
 * A transfer that breaks off goes on where it stopped, as long as the server can say that it is still the same file;
 * `maxIdleTries` tries that bring no byte end it. Throws URL_FORBIDDEN, IMAGE_DOWNLOAD_FAILED, POOL_FULL, SIZE_INVALID or
 * OPERATION_CANCELLED.
 */
export async function downloadImage(options: DownloadOptions): Promise<DownloadedFile> {
  // Loaded with the first download only: it would be a tenth of the agent's whole start.
  const { Agent } = await import('undici')
  const dispatcher = new Agent({
    connect: options.mayReachLoopback ? { timeout: 10_000 } : { timeout: 10_000, lookup: guardedLookup },
    headersTimeout: stallTimeoutMs,
    bodyTimeout: stallTimeoutMs,
  })
  try {
    await using file = await open(options.path, 'w', 0o600)
    using transfer = new Transfer(file, options)
    await transfer.run((range) => follow(options, { dispatcher, range }))
    return transfer.result()
  } catch (error) {
    throw describe(error, options)
  } finally {
    await dispatcher.destroy()
  }
}

interface Asking {
  dispatcher: Agent
  range: Readonly<Record<string, string>>
}

async function follow(options: DownloadOptions, { dispatcher, range }: Asking): Promise<Dispatcher.ResponseData> {
  const { request } = await import('undici')
  let url = new URL(options.url)
  for (let hop = 0; hop <= maxRedirects; hop++) {
    if (!options.mayReachLoopback) checkUrl(url)
    const headers = { 'user-agent': 'berth', ...range }
    const response = await request(url, { dispatcher, signal: options.signal, headers })
    const { location } = response.headers
    if (response.statusCode < 300 || response.statusCode >= 400 || typeof location !== 'string')
      return accept(response, url)
    await response.body.dump()
    url = new URL(location, url)
  }
  throw new AppError('IMAGE_DOWNLOAD_FAILED', `More than ${maxRedirects} redirects.`)
}

function accept(response: Dispatcher.ResponseData, url: URL): Dispatcher.ResponseData {
  if (response.statusCode === 200 || response.statusCode === 206) return response
  throw new AppError('IMAGE_DOWNLOAD_FAILED', `${url.host} answered ${response.statusCode}.`, {
    details: { status: response.statusCode, url: url.href },
  })
}

type Ask = (range: Readonly<Record<string, string>>) => Promise<Dispatcher.ResponseData>

/** One file on its way: what is here of it, its hashes so far, and by what the server knows it again. */
class Transfer implements Disposable {
  readonly #file: FileHandle
  readonly #options: DownloadOptions
  // A fast network brings thousands of chunks a second, and each word goes to every browser.
  readonly #progress: PacedProgress<{ done: number; total: number | null }>
  #hashes = newHashes()
  #done = 0
  #total: number | null = null
  #validator: string | undefined

  constructor(file: FileHandle, options: DownloadOptions) {
    this.#file = file
    this.#options = options
    this.#progress = new PacedProgress(({ done, total }) => options.onProgress(done, total), tellIntervalMs)
  }

  [Symbol.dispose](): void {
    this.#progress[Symbol.dispose]()
  }

  result(): DownloadedFile {
    const { sha256, sha512 } = this.#hashes
    return { bytes: this.#done, sha256: sha256.digest('hex'), sha512: sha512.digest('hex') }
  }

  async run(ask: Ask): Promise<void> {
    let idleTries = 0
    for (;;) {
      const before = this.#done
      try {
        await this.#take(await ask(this.#range()))
        return
      } catch (error) {
        idleTries = this.#done > before ? 0 : idleTries + 1
        if (this.#isFinal(error) || idleTries >= maxIdleTries) throw this.#told(error)
        await wait(resumeDelayMs, undefined, { signal: this.#options.signal })
      }
    }
  }

  /** Nothing to go on from, or a reason that another try does not change. */
  #isFinal(error: unknown): boolean {
    if (this.#options.signal.aborted || this.#validator === undefined || this.#done === 0) return true
    return (
      error instanceof AppError && (error.code !== 'IMAGE_DOWNLOAD_FAILED' || error.details['status'] !== undefined)
    )
  }

  #range(): Record<string, string> {
    if (this.#validator === undefined || this.#done === 0) return {}
    return { range: `bytes=${this.#done}-`, 'if-range': this.#validator }
  }

  async #take(response: Dispatcher.ResponseData): Promise<void> {
    if (response.statusCode === 206) requireStart(response, this.#done)
    else await this.#begin(response)
    for await (const chunk of chunksOf(response)) {
      const { maxBytes = defaultMaxBytes } = this.#options
      if (this.#done + chunk.length > maxBytes) throw tooLarge(maxBytes)
      update(this.#hashes, chunk)
      // By position: after a start from the beginning the handle's own would leave a hole.
      await this.#file.write(chunk, 0, chunk.length, this.#done)
      this.#done += chunk.length
      this.#progress.add({ done: this.#done, total: this.#total })
    }
    if (this.#total !== null && this.#done !== this.#total) throw brokenOff(this.#done, this.#total, undefined)
  }

  /** A socket's own words ("other side closed") say nothing of how far it came. */
  #told(error: unknown): unknown {
    if (error instanceof AppError || this.#done === 0 || this.#options.signal.aborted) return error
    return isOutOfSpace(error) ? error : brokenOff(this.#done, this.#total, error)
  }

  /** The whole file from its start: the first answer, or one that says that it has changed meanwhile. */
  async #begin(response: Dispatcher.ResponseData): Promise<void> {
    const { makeRoom, maxBytes = defaultMaxBytes } = this.#options
    const declared = Number(response.headers['content-length'] ?? Number.NaN)
    this.#total = Number.isFinite(declared) ? declared : null
    if (this.#total !== null && this.#total > maxBytes) throw tooLarge(maxBytes)
    await makeRoom?.(this.#total ?? 0)
    this.#validator = validatorOf(response)
    this.#hashes = newHashes()
    this.#done = 0
    await this.#file.truncate(0)
  }
}

const newHashes = () => ({ sha256: createHash('sha256'), sha512: createHash('sha512') })

/** By what the server knows the file again; a weak tag does not promise the same bytes (RFC 9110, 13.1.5). */
function validatorOf({ headers }: Dispatcher.ResponseData): string | undefined {
  const { etag } = headers
  if (headers['accept-ranges'] === 'none') return undefined
  if (typeof etag === 'string' && !etag.startsWith('W/')) return etag
  const modified = headers['last-modified']
  return typeof modified === 'string' ? modified : undefined
}

function requireStart({ headers }: Dispatcher.ResponseData, done: number): void {
  const range = headers['content-range']
  if (typeof range === 'string' && range.startsWith(`bytes ${done}-`)) return
  throw new AppError('IMAGE_DOWNLOAD_FAILED', `Asked for the rest from byte ${done}, the server sent something else.`, {
    details: { status: 206, range: String(range) },
  })
}

function brokenOff(done: number, total: number | null, cause: unknown): AppError {
  const size = total === null ? formatBytes(done) : `${formatBytes(done)} of ${formatBytes(total)}`
  return new AppError('IMAGE_DOWNLOAD_FAILED', `The server broke off after ${size}.`, {
    cause,
    details: { doneBytes: done, totalBytes: total },
  })
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
  const hashes = newHashes()
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
  if (isOutOfSpace(error)) return new AppError('POOL_FULL', 'The pool ran full during the download.', { cause: error })
  return new AppError('IMAGE_DOWNLOAD_FAILED', message, { cause: error, details: { url: options.url } })
}
