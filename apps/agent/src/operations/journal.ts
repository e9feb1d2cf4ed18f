/**
 * The agent's memory of which steps it was given and how they ended: one file, one JSON line per record, synced before
 * anybody acts on it.
 *
 * Owner of its state: this file and its index. Invariants: a step's `started` is on disk before the step does anything,
 * its `ended` before anybody hears of it. A line that a crash tore is at the end, and is cut off at the next opening; a
 * damaged line in the middle is skipped and counted, because losing one answer is better than losing all. On a full disk no
 * step begins, and those that run can still be said to have ended: a reserve is kept for that.
 */
import { mkdir, open, readFile, rename, truncate, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { StepKey, StepReport } from '@berth/core/agent-contract/step-report'
import { toAppError } from '@berth/core/errors/app-error'
import { isMissing, isOutOfSpace, noSpace, syncDirectory } from '../storage/durable-files.ts'
import { SpaceReserve } from '../storage/space-reserve.ts'
import { JournalIndex, journalRecordSchema, type JournalRecord, type JournaledStep } from './journal-record.ts'

const keepMs = 30 * 24 * 3_600_000
/** Rewritten at opening when it has so many lines more than it needs. */
const spareLines = 2_000

interface Waiter {
  readonly line: string
  readonly isEnd: boolean
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

export class Journal {
  /** Lines that could not be read at the last opening. */
  readonly damagedLines: number
  readonly #path: string
  readonly #file: FileHandle
  readonly #reserve: SpaceReserve
  readonly #index: JournalIndex
  /** Bytes that are whole lines on disk. */
  #size: number
  #waiting: Waiter[] = []
  #isWriting = false

  private constructor(opened: {
    path: string
    file: FileHandle
    reserve: SpaceReserve
    size: number
    index: JournalIndex
    damagedLines: number
  }) {
    this.#path = opened.path
    this.#file = opened.file
    this.#reserve = opened.reserve
    this.#size = opened.size
    this.#index = opened.index
    this.damagedLines = opened.damagedLines
  }

  /** Reads the journal at `path`, made where it is missing, and marks what a dead agent left running as interrupted. */
  static async open(path: string, now: Date = new Date()): Promise<Journal> {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const read = await readRecords(path)
    const index = new JournalIndex()
    for (const record of read.records) index.apply(record)
    for (const { key } of index.running()) {
      index.apply({ type: 'ended', key, report: { status: 'interrupted' }, at: now.toISOString() })
    }
    index.forgetBefore(new Date(now.getTime() - keepMs).toISOString())
    const isTooLong = read.records.length > 2 * index.size + spareLines
    // `interrupted` is worked out anew at each opening, so it needs no line; a rewrite writes it down.
    if (isTooLong) await rewrite(path, index)
    const file = await open(path, 'a', 0o600)
    await syncDirectory(dirname(path))
    const { size } = await file.stat()
    const reserve = new SpaceReserve(`${path}.reserve`)
    await reserve.keep()
    return new Journal({ path, file, reserve, size, index, damagedLines: read.damagedLines })
  }

  get(key: StepKey): JournaledStep | undefined {
    return this.#index.get(key)
  }

  epochOf(operationId: string): number {
    return this.#index.epochOf(operationId)
  }

  /** Resolves when it is on disk. The index knows at once, so that a second request meets the first. */
  async started(step: { key: StepKey; epoch: number; command: string }): Promise<void> {
    const record: JournalRecord = { type: 'started', ...step, at: new Date().toISOString() }
    this.#index.apply(record)
    try {
      await this.#append(record)
    } catch (error) {
      this.#index.forget(step.key)
      throw error
    }
  }

  async claimed(claim: { key: StepKey; epoch: number }): Promise<void> {
    const record: JournalRecord = { type: 'claimed', ...claim, at: new Date().toISOString() }
    this.#index.apply(record)
    await this.#append(record)
  }

  /** The index knows once it is on disk. */
  async ended(key: StepKey, report: StepReport): Promise<void> {
    const record: JournalRecord = { type: 'ended', key, report, at: new Date().toISOString() }
    await this.#append(record)
    this.#index.apply(record)
  }

  async close(): Promise<void> {
    await this.#file.close()
  }

  async #append(record: JournalRecord): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#waiting.push({ line: `${JSON.stringify(record)}\n`, isEnd: record.type === 'ended', resolve, reject })
    if (!this.#isWriting) await this.#writeWaiting()
    await promise
  }

  /** One write and one sync for all that waits: steps of fifty machines cost one disk flush, not fifty. */
  async #writeWaiting(): Promise<void> {
    this.#isWriting = true
    try {
      while (this.#waiting.length > 0) {
        const batch = this.#waiting
        this.#waiting = []
        await this.#writeBatch(batch)
      }
    } finally {
      this.#isWriting = false
    }
  }

  async #writeBatch(batch: readonly Waiter[]): Promise<void> {
    try {
      await this.#write(batch)
      for (const { resolve } of batch) resolve()
    } catch (error) {
      const failure = isOutOfSpace(error) ? noSpace(this.#path, error) : toAppError(error)
      // What is begun waits for space; what was done must be told.
      const ends = batch.filter(({ isEnd }) => isEnd)
      for (const { isEnd, reject } of batch) if (!isEnd) reject(failure)
      const written = isOutOfSpace(error) && (await this.#isWrittenIntoReserve(ends))
      for (const { resolve, reject } of ends) {
        if (written) resolve()
        else reject(failure)
      }
      return
    }
    await this.#reserve.keep().catch(() => undefined)
  }

  async #isWrittenIntoReserve(batch: readonly Waiter[]): Promise<boolean> {
    if (batch.length === 0 || !(await this.#reserve.use())) return false
    return this.#write(batch).then(
      () => true,
      () => false,
    )
  }

  async #write(batch: readonly Waiter[]): Promise<void> {
    const bytes = Buffer.from(batch.map(({ line }) => line).join(''))
    try {
      await this.#file.appendFile(bytes)
      await this.#file.datasync()
      this.#size += bytes.length
    } catch (error) {
      // A full disk takes half a line: without it, the next record stands on a line of its own again.
      await this.#file.truncate(this.#size)
      throw error
    }
  }
}

async function readRecords(path: string): Promise<{ records: JournalRecord[]; damagedLines: number }> {
  const text = await readText(path)
  const end = text.lastIndexOf('\n') + 1
  // A line without its end was torn by a crash: cut off, or the next record would be glued to it.
  if (end < text.length) await truncate(path, Buffer.byteLength(text.slice(0, end)))
  const records: JournalRecord[] = []
  let damagedLines = 0
  for (const line of text.slice(0, end).split('\n')) {
    if (line === '') continue
    const record = parseLine(line)
    if (record === undefined) damagedLines++
    else records.push(record)
  }
  return { records, damagedLines }
}

function parseLine(line: string): JournalRecord | undefined {
  try {
    return journalRecordSchema.safeParse(JSON.parse(line)).data
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (isMissing(error)) return ''
    throw error
  }
}

async function rewrite(path: string, index: JournalIndex): Promise<void> {
  const partPath = `${path}.part`
  {
    await using file = await open(partPath, 'w', 0o600)
    await file.writeFile([...index.records()].map((record) => `${JSON.stringify(record)}\n`).join(''))
    await file.sync()
  }
  await rename(partPath, path)
}
