/**
 * The files of moves: `<dataDir>/moves/{incoming,moved,verdicts}/<id>.json`.
 *
 * Owner of its state: those files, and what it read of them. Invariants: nothing is told before it is on disk; a verdict is
 * never changed; a file that cannot be read is left where it is and named, and its move is neither taken nor forgotten.
 */
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError, toAppError } from '@berth/core/errors/app-error'
import type { VmId } from '@berth/core/ids/ids'
import type { Logger } from 'pino'
import type { z } from 'zod'
import { readFileIfAny, removeFile, syncDirectory, writeFileDurably } from '../storage/durable-files.ts'
import {
  incomingRecordSchema,
  movedNoteSchema,
  moveVerdictSchema,
  type IncomingRecord,
  type MovedNote,
  type MoveVerdict,
} from './move-records.ts'

/** Notes of machines that left; beyond them the oldest goes. Whoever asks for it is told that nobody knows. */
const maxNotes = 5_000
/** Verdicts on moves that a panel began are a few a day; many more are somebody's mischief. */
const maxVerdicts = 20_000
const keepVerdictsMs = 90 * 24 * 3_600_000

class RecordFolder<T extends { readonly vmId: VmId; readonly at?: string }> {
  readonly #root: string
  readonly #idOf: (record: T) => string
  readonly records = new Map<string, T>()

  constructor(root: string, idOf: (record: T) => string) {
    this.#root = root
    this.#idOf = idOf
  }

  async load(schema: z.ZodType<T>, logger: Logger): Promise<void> {
    await mkdir(this.#root, { recursive: true, mode: 0o700 })
    for (const name of await readdir(this.#root)) {
      if (!name.endsWith('.json')) continue
      const path = join(this.#root, name)
      try {
        const record = schema.parse(JSON.parse((await readFileIfAny(path)) ?? ''))
        this.records.set(this.#idOf(record), record)
      } catch (error) {
        logger.error({ path, reason: toAppError(error).message }, 'a record of a move cannot be read and is left')
      }
    }
  }

  /** Resolves when it is on disk; until then nobody hears of it. */
  async save(record: T): Promise<void> {
    const id = this.#idOf(record)
    await writeFileDurably(this.#path(id), `${JSON.stringify(record, null, 1)}\n`, 0o600)
    this.records.set(id, record)
  }

  async remove(id: string): Promise<void> {
    await removeFile(this.#path(id))
    await syncDirectory(this.#root)
    this.records.delete(id)
  }

  async dropOldest(count: number): Promise<void> {
    const byAge = [...this.records].sort(([, a], [, b]) => (a.at ?? '').localeCompare(b.at ?? ''))
    for (const [id] of byAge.slice(0, Math.max(0, count))) await this.remove(id)
  }

  #path(id: string): string {
    return join(this.#root, `${id}.json`)
  }
}

export class MoveStore {
  readonly #incoming: RecordFolder<IncomingRecord>
  readonly #moved: RecordFolder<MovedNote>
  readonly #verdicts: RecordFolder<MoveVerdict>

  private constructor(root: string) {
    this.#incoming = new RecordFolder<IncomingRecord>(join(root, 'incoming'), ({ vmId }) => vmId)
    this.#moved = new RecordFolder<MovedNote>(join(root, 'moved'), ({ vmId }) => vmId)
    this.#verdicts = new RecordFolder<MoveVerdict>(join(root, 'verdicts'), ({ moveId }) => moveId)
  }

  static async open(dataDir: string, logger: Logger): Promise<MoveStore> {
    const store = new MoveStore(join(dataDir, 'moves'))
    await store.#incoming.load(incomingRecordSchema, logger)
    await store.#moved.load(movedNoteSchema, logger)
    await store.#verdicts.load(moveVerdictSchema, logger)
    const oldest = new Date(Date.now() - keepVerdictsMs).toISOString()
    const old = [...store.#verdicts.records.values()].filter(({ at }) => at < oldest)
    await store.#verdicts.dropOldest(old.length)
    return store
  }

  incoming(): IncomingRecord[] {
    return [...this.#incoming.records.values()]
  }

  async saveIncoming(record: IncomingRecord): Promise<void> {
    await this.#incoming.save(record)
  }

  async removeIncoming(vmId: VmId): Promise<void> {
    await this.#incoming.remove(vmId)
  }

  /** Where a machine went that was here, as far as that is still remembered. */
  moved(vmId: VmId): MovedNote | undefined {
    return this.#moved.records.get(vmId)
  }

  async noteMoved(note: MovedNote): Promise<void> {
    await this.#moved.save(note)
    await this.#moved.dropOldest(this.#moved.records.size - maxNotes)
  }

  /** It is here again. */
  async forgetMoved(vmId: VmId): Promise<void> {
    if (this.moved(vmId) !== undefined) await this.#moved.remove(vmId)
  }

  verdict(moveId: string): MoveVerdict | undefined {
    return this.#verdicts.records.get(moveId)
  }

  /** The first verdict on a move stays. Throws RATE_LIMITED when there are far too many. */
  async saveVerdict(verdict: Omit<MoveVerdict, 'at'>): Promise<void> {
    if (this.verdict(verdict.moveId) !== undefined) return
    if (this.#verdicts.records.size >= maxVerdicts)
      throw new AppError('RATE_LIMITED', `This host has ${maxVerdicts} moves to remember already.`)
    await this.#verdicts.save({ ...verdict, at: new Date().toISOString() })
  }
}
