/**
 * Runs one operation for as long as this worker holds it: claim, steps, end.
 *
 * The lease is the only right to write. Whoever renews it (background/operation-worker.ts) aborts `abandoned` when it is
 * lost; until then an absent database is waited for, since all that is unwritten is still in this run.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { AppError, errorToWire } from '@berth/core/errors/app-error'
import { operationKindSchema } from '@berth/core/operation/operation'
import type { WorkflowOutcome } from '@berth/core/workflow/run-steps'
import type { WorkflowClock } from '@berth/core/workflow/step-attempt'
import { retryClassOf, WorkAbandoned } from '@berth/core/workflow/step'
import type { Journal, JournalEntry } from '@berth/core/workflow/workflow-journal'
import type { PrismaClient } from '@berth/prisma/client'
import { isDatabaseUnavailable } from '@berth/prisma/database-errors'
import type { WorkflowContext } from '../workflows/ports.ts'
import { workflowRegistry, type RegisteredWorkflow } from '../workflows/workflow-registry.ts'
import {
  appendJournal,
  endOperation,
  loadJournal,
  writeProgress,
  type Claim,
  type OperationEnd,
} from './operation-lease-repo.ts'
import { isCancellable, overallProgress } from './operation-progress.ts'

export interface HeldRun {
  readonly db: PrismaClient
  readonly context: WorkflowContext
  readonly claim: Claim
  readonly cancelled: AbortSignal
  readonly abandoned: AbortSignal
}

const databaseRetryMs = 500
const progressIntervalMs = 500

/** How it ended. Throws WorkAbandoned when it belongs to somebody else now. */
export async function runOperation(run: HeldRun): Promise<OperationEnd> {
  const end = endOf(await outcomeOf(run))
  await persist(run, () => endOperation(run.db, run.claim, end))
  return end
}

async function outcomeOf(run: HeldRun): Promise<WorkflowOutcome> {
  const { claim } = run
  const kind = operationKindSchema.safeParse(claim.kind)
  const workflow = kind.success ? workflowRegistry[kind.data] : undefined
  if (workflow === undefined || workflow.version !== claim.definitionVersion) return unknownVersion(claim)
  const writer = new JournalWriter(run, workflow)
  try {
    return await workflow.run({
      context: run.context,
      args: claim.args,
      operationId: claim.operationId,
      epoch: claim.epoch,
      journal: writer,
      clock: systemClock,
      cancelled: run.cancelled,
      abandoned: run.abandoned,
      // Nothing was changed by a query that found no database; what it belongs to waits until there is one.
      classify: (error) => (isDatabaseUnavailable(error) ? 'retryable' : retryClassOf(error)),
      onProgress: (step, share, text) => writer.progress(step, share, text),
    })
  } finally {
    await writer.settle()
  }
}

function unknownVersion({ kind, definitionVersion }: Claim): WorkflowOutcome {
  const message = `It was begun by a Berth whose "${kind}" is version ${definitionVersion}; this one has another.`
  return { status: 'interrupted', error: new AppError('OPERATION_INTERRUPTED', message).toWire(), leftovers: [kind] }
}

const endOf = (outcome: WorkflowOutcome): OperationEnd => ({
  status: outcome.status,
  error: outcome.status === 'succeeded' ? null : outcome.error,
})

/** The engine's journal port, and the one line of progress that the row shows between two entries. */
class JournalWriter implements Journal {
  readonly #run: HeldRun
  readonly #workflow: RegisteredWorkflow
  readonly #ended = new Set<string>()
  #latest: { readonly progress: number | null; readonly progressText: string } | null = null
  #pumping: Promise<void> | null = null
  #pause = new AbortController()

  constructor(run: HeldRun, workflow: RegisteredWorkflow) {
    this.#run = run
    this.#workflow = workflow
  }

  async load(): Promise<readonly JournalEntry[]> {
    const { db, claim } = this.#run
    const entries = await persist(this.#run, () => loadJournal(db, claim.operationId))
    for (const entry of entries) this.#follow(entry)
    return entries
  }

  async append(entries: readonly JournalEntry[]): Promise<void> {
    for (const entry of entries) this.#follow(entry)
    // Progress of a step that is over must not land on top of what comes now.
    await this.settle()
    const last = entries.at(-1)
    const step = this.#workflow.steps.find(({ name }) => name === last?.step)
    const running = last?.event === 'doStarted' ? last.step : null
    await persist(this.#run, () =>
      appendJournal(this.#run.db, this.#run.claim, {
        entries,
        phase: last?.event.startsWith('undo') ? `Undo: ${step?.title ?? ''}` : (step?.title ?? null),
        progress: overallProgress(this.#workflow.steps, { ended: this.#ended, running: null, share: 0 }),
        isCancellable: isCancellable(this.#workflow.steps, { ended: this.#ended, running }),
      }),
    )
  }

  /** At most two a second, never two at once, and always the last: what stalls must not show what was there before. */
  progress(step: string, share: number | null, text: string): void {
    if (this.#ended.has(step)) return
    const standing = { ended: this.#ended, running: step, share: share ?? 0 }
    const progress = share === null ? null : overallProgress(this.#workflow.steps, standing)
    this.#latest = { progress, progressText: text }
    this.#pumping ??= this.#pump()
  }

  async #pump(): Promise<void> {
    const { db, claim } = this.#run
    while (this.#latest !== null) {
      const data = this.#latest
      this.#latest = null
      // A lost line of progress is no loss, and a lost lease is found by the next append.
      await writeProgress(db, claim, data).catch(() => undefined)
      await systemClock.sleep(progressIntervalMs, this.#pause.signal)
    }
    this.#pumping = null
  }

  /** Resolves when no line of progress is on its way any more; those that were not written are dropped. */
  async settle(): Promise<void> {
    this.#latest = null
    this.#pause.abort()
    await this.#pumping
    this.#pause = new AbortController()
  }

  #follow({ step, event }: JournalEntry): void {
    if (event === 'doSucceeded' || event === 'skipped') this.#ended.add(step)
  }
}

/** Repeats a write while the database is away, for as long as the lease may still be ours. */
async function persist<T>({ abandoned }: HeldRun, write: () => Promise<T>): Promise<T> {
  for (;;) {
    if (abandoned.aborted) throw new WorkAbandoned('The worker was stopped.')
    try {
      return await write()
    } catch (error) {
      if (!isDatabaseUnavailable(error)) throw error
      await systemClock.sleep(databaseRetryMs, abandoned)
    }
  }
}

const systemClock: WorkflowClock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    try {
      await wait(ms, undefined, { signal })
    } catch (error) {
      if (!signal.aborted) throw error
    }
  },
}

/** What a failure of the engine itself leaves in the row: our fault, and nothing else is known. */
export const brokenRun = (error: unknown): OperationEnd => ({ status: 'interrupted', error: errorToWire(error) })
