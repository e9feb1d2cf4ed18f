/**
 * The journal of one operation, and what can be read from it.
 *
 * Append-only; owned by whoever stores it (the panel's database). (step, attempt, event) occurs once: a takeover
 * repeats an attempt that was started and never ended, without writing its start again.
 */
import { z } from 'zod'
import { wireErrorSchema, type WireError } from '../errors/app-error.ts'
import type { RetryClass } from './step.ts'

export const journalEventNames = [
  'doStarted',
  'doSucceeded',
  'doFailed',
  'skipped',
  'unwinding',
  'undoStarted',
  'undoSucceeded',
  'undoFailed',
] as const
export type JournalEventName = (typeof journalEventNames)[number]

export interface JournalEntry {
  readonly step: string
  readonly attempt: number
  readonly event: JournalEventName
  /** doSucceeded: the patch. doFailed, undoFailed: failureSchema. unwinding: unwindingSchema. Else null. */
  readonly data: unknown
  readonly at: string
}

export interface Journal {
  /** All entries in the order in which they were written. */
  load(): Promise<readonly JournalEntry[]>
  /** All or none, durable when it returns. Throws WorkAbandoned when this worker's lease is not the newest any more. */
  append(entries: readonly JournalEntry[]): Promise<void>
}

const retryClassSchema = z.enum(['retryable', 'permanent', 'unknown']) satisfies z.ZodType<RetryClass>
export const failureSchema = z.object({ error: wireErrorSchema, retryClass: retryClassSchema })
export type Failure = z.infer<typeof failureSchema>

export const unwindingSchema = z.object({ reason: z.enum(['failure', 'cancel']), error: wireErrorSchema })
export type Unwinding = z.infer<typeof unwindingSchema>

const patchSchema = z.record(z.string(), z.unknown())

export type StepMark = 'pending' | 'started' | 'succeeded' | 'failed' | 'skipped' | 'undoing' | 'undone' | 'undoFailed'

/** Where one step stands. `attempt` and `undoAttempt` are the newest ones begun, 0 before the first. */
export interface StepRecord {
  mark: StepMark
  attempt: number
  undoAttempt: number
  failure: Failure | null
  startedAt: string | null
  endedAt: string | null
}

export interface Replay {
  readonly steps: Map<string, StepRecord>
  readonly patch: Record<string, unknown>
  unwinding: Unwinding | null
}

export const newReplay = (): Replay => ({ steps: new Map(), patch: {}, unwinding: null })

export function recordOf(replay: Replay, step: string): StepRecord {
  const known = replay.steps.get(step)
  if (known) return known
  const fresh: StepRecord = {
    mark: 'pending',
    attempt: 0,
    undoAttempt: 0,
    failure: null,
    startedAt: null,
    endedAt: null,
  }
  replay.steps.set(step, fresh)
  return fresh
}

/** Lays one entry over what is known. The engine feeds its own entries through here too, so a resumed run and one that never stopped see the same. */
export function applyEntry(replay: Replay, entry: JournalEntry): void {
  const record = recordOf(replay, entry.step)
  switch (entry.event) {
    case 'doStarted':
      record.mark = 'started'
      record.attempt = entry.attempt
      record.startedAt ??= entry.at
      break
    case 'doSucceeded':
      record.mark = 'succeeded'
      record.failure = null
      record.endedAt = entry.at
      Object.assign(replay.patch, patchSchema.parse(entry.data ?? {}))
      break
    case 'doFailed':
      record.mark = 'failed'
      record.failure = failureSchema.parse(entry.data)
      record.endedAt = entry.at
      break
    case 'skipped':
      record.mark = 'skipped'
      record.endedAt = entry.at
      break
    case 'unwinding':
      replay.unwinding = unwindingSchema.parse(entry.data)
      break
    case 'undoStarted':
      record.mark = 'undoing'
      record.undoAttempt = entry.attempt
      break
    case 'undoSucceeded':
      record.mark = 'undone'
      record.endedAt = entry.at
      break
    case 'undoFailed':
      record.mark = 'undoFailed'
      record.undoAttempt = entry.attempt
      // The first failure is why the work ended; an undo's own one only shows where there was none.
      record.failure ??= failureSchema.parse(entry.data)
      record.endedAt = entry.at
      break
  }
}

export function replayJournal(entries: readonly JournalEntry[]): Replay {
  const replay = newReplay()
  for (const entry of entries) applyEntry(replay, entry)
  return replay
}

export const failureOf = (error: WireError, retryClass: RetryClass): Failure => ({ error, retryClass })
