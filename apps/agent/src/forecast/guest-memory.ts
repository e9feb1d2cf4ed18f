/**
 * A running guest's memory as the kernel shows it of its QEMU. Only ever hashed (page-sample.ts): no byte of it leaves this
 * process.
 *
 * Not QEMU's own calc-dirty-rate: of 7.2 it tells whole MiB per second over whole seconds, and what decides about a pause of
 * 100 ms is what changes within 100 ms. It also looks once per span, this once for all of them.
 */
import { closeSync, openSync, readSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { AppError } from '@berth/core/errors/app-error'

interface Mapping {
  readonly start: number
  readonly bytes: number
}

/** What a guest may have less than it was given; see tcgShortfall in qemu/argv.ts. */
const mostMissing = 1024 * 1024

/** The mapping of that size, or a little less: QEMU maps its guest's memory in one piece, between guard pages. */
export function findGuestMemory(maps: string, memoryBytes: number): Mapping | undefined {
  let best: Mapping | undefined
  for (const line of maps.split('\n')) {
    const [, from = '', to = ''] = /^([0-9a-f]+)-([0-9a-f]+) rw-/.exec(line) ?? []
    const start = Number.parseInt(from, 16)
    const bytes = Number.parseInt(to, 16) - start
    const fits = bytes <= memoryBytes && bytes >= memoryBytes - mostMissing
    if (fits && bytes > (best?.bytes ?? 0)) best = { start, bytes }
  }
  return best
}

export class GuestMemory implements Disposable {
  readonly #file: number
  readonly #start: number
  readonly bytes: number

  private constructor(file: number, { start, bytes }: Mapping) {
    this.#file = file
    this.#start = start
    this.bytes = bytes
  }

  /** Throws FORECAST_UNAVAILABLE where this agent may not look, or does not find it. */
  static async open(pid: number, memoryBytes: number): Promise<GuestMemory> {
    try {
      const found = findGuestMemory(await readFile(`/proc/${pid}/maps`, 'utf8'), memoryBytes)
      if (found !== undefined) return new GuestMemory(openSync(`/proc/${pid}/mem`, 'r'), found)
    } catch (error) {
      throw unavailable('This host’s agent may not look at the memory of its machines.', error)
    }
    throw unavailable('The machine’s memory is not found in its process.')
  }

  /** Throws FORECAST_UNAVAILABLE when the process has ended. */
  read(offset: number, into: Buffer): void {
    try {
      if (readSync(this.#file, into, 0, into.length, this.#start + offset) === into.length) return
    } catch (error) {
      throw unavailable('The machine’s memory cannot be read (any more).', error)
    }
    throw unavailable('The machine ended while it was looked at.')
  }

  [Symbol.dispose](): void {
    closeSync(this.#file)
  }
}

const unavailable = (message: string, cause?: unknown): AppError =>
  new AppError('FORECAST_UNAVAILABLE', message, { cause })
