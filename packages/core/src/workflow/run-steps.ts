/**
 * The step engine: runs a workflow to its end from wherever its journal says it stands.
 *
 *            forward                                    past the point of no return: forward only
 *   step 1 ─▶ step 2 ─▶ … ─▶ succeeded                  retries exhausted ─▶ interrupted
 *      ▲         │ fails for good, or cancel
 *      └─ undo ──┘ backwards ─▶ failed | cancelled      an undo fails for good ─▶ interrupted
 *
 * Pure: the journal and the clock are its only ports, and it keeps nothing between two calls. Invariants:
 * - a `do` or `undo` begins only after its start is journalled, and counts only once its end is;
 * - a step that was started and never ended is run again before anything is decided about it, cancel included: only
 *   its own idempotent `do` can tell whether it happened;
 * - the decision to unwind is journalled before the first undo, so a takeover goes on backwards;
 * - undo covers every step that was ever started, also the failed one, as that may have left a part behind.
 */
import { AppError, errorFromWire, type WireError } from '../errors/app-error.ts'
import { attemptOnce, type WorkflowClock } from './step-attempt.ts'
import {
  retryClassOf,
  WorkAbandoned,
  type JsonObject,
  type RetryClass,
  type Step,
  type StepRun,
  type Workflow,
} from './step.ts'
import {
  applyEntry,
  failureOf,
  recordOf,
  replayJournal,
  type Failure,
  type Journal,
  type JournalEntry,
  type Replay,
  type StepRecord,
  type Unwinding,
} from './workflow-journal.ts'

export interface WorkflowRun<Context> {
  readonly context: Context
  readonly args: unknown
  readonly operationId: string
  readonly epoch: number
  readonly journal: Journal
  readonly clock: WorkflowClock
  readonly cancelled: AbortSignal
  /** The lease is lost or the process ends: stop without writing. */
  readonly abandoned: AbortSignal
  readonly onProgress: (step: string, share: number | null, text: string) => void
  /** What a step's error says, where the ports throw errors that core does not know. Default: retryClassOf. */
  readonly classify?: (error: unknown) => RetryClass
}

/** `leftovers` are the titles of the steps whose effect may still be in the world. */
export type WorkflowOutcome =
  | { readonly status: 'succeeded'; readonly state: JsonObject }
  | { readonly status: 'failed' | 'cancelled'; readonly error: WireError }
  | { readonly status: 'interrupted'; readonly error: WireError; readonly leftovers: readonly string[] }

const maxUndoAttempts = 6
const undoBackoffMs = 500
const maxBackoffMs = 30_000

/** Runs to the end. Throws WorkAbandoned when the worker had to stop; the journal then serves the next one. */
export async function runSteps<Context, State extends JsonObject>(
  workflow: Workflow<Context, State>,
  run: WorkflowRun<Context>,
): Promise<WorkflowOutcome> {
  const replay = replayJournal(await run.journal.load())
  const engine = new StepEngine(workflow, run, replay)
  return replay.unwinding === null ? engine.goForward() : engine.goBack(replay.unwinding)
}

class StepEngine<Context, State extends JsonObject> {
  readonly #workflow: Workflow<Context, State>
  readonly #run: WorkflowRun<Context>
  readonly #replay: Replay
  readonly #input: State
  // Ends are held back and written together with the next start: one transaction per step, and nothing happens between.
  #unwritten: JournalEntry[] = []

  constructor(workflow: Workflow<Context, State>, run: WorkflowRun<Context>, replay: Replay) {
    this.#workflow = workflow
    this.#run = run
    this.#replay = replay
    this.#input = workflow.parseInput(run.args)
  }

  async goForward(): Promise<WorkflowOutcome> {
    for (const step of this.#workflow.steps) {
      const record = recordOf(this.#replay, step.name)
      if (record.mark === 'succeeded' || record.mark === 'skipped') continue
      if (record.mark !== 'started' && this.#isCancelDue()) return this.goBack(this.#cancelling())
      if (record.mark === 'pending' && step.isNeeded?.(this.#state()) === false) {
        this.#note(step.name, record.attempt, { event: 'skipped', data: null })
        continue
      }
      const failure = await this.#doUntilDecided(step, record)
      if (failure === null) continue
      if (this.#isPastNoReturn() || isUndecided(step, failure)) {
        await this.#flush()
        return this.#interrupted(failure.error, this.#titlesFrom(step.name))
      }
      return this.goBack(this.#run.cancelled.aborted ? this.#cancelling() : { reason: 'failure', error: failure.error })
    }
    await this.#flush()
    return { status: 'succeeded', state: this.#state() }
  }

  async goBack(because: Unwinding): Promise<WorkflowOutcome> {
    if (this.#replay.unwinding === null) {
      this.#note('workflow', 0, { event: 'unwinding', data: because })
      await this.#flush()
    }
    const unknown: string[] = []
    for (const step of this.#workflow.steps.toReversed()) {
      const record = recordOf(this.#replay, step.name)
      const wasStarted = record.attempt > 0 || step.isDoneOnAccept === true
      if (!wasStarted || record.mark === 'undone') continue
      if (step.undo === undefined) {
        if (record.failure?.retryClass === 'unknown') unknown.push(step.title)
        continue
      }
      const failure = await this.#undoUntilDecided(step, step.undo, record)
      if (failure !== null) {
        await this.#flush()
        return this.#interrupted(failure.error, [...unknown, ...this.#titlesUpTo(step.name)])
      }
    }
    await this.#flush()
    if (unknown.length > 0) return this.#interrupted(because.error, unknown)
    return { status: because.reason === 'cancel' ? 'cancelled' : 'failed', error: because.error }
  }

  /** Null when the step succeeded, else the failure after which it is not tried again. */
  async #doUntilDecided(step: Step<Context, State>, record: StepRecord): Promise<Failure | null> {
    for (;;) {
      if (record.mark === 'failed' && record.failure !== null) {
        if (!this.#mayTryAgain(step, record, record.failure)) return record.failure
        await this.#rest(step.backoffMs, record.attempt)
        if (this.#isCancelDue() && !isUndecided(step, record.failure)) return record.failure
      }
      if (record.mark !== 'started') {
        this.#note(step.name, record.attempt + 1, { event: 'doStarted', data: null })
        await this.#flush()
      }
      const result = await attemptOnce(this.#limits(step), (signal) =>
        step.do(this.#run.context, this.#state(), this.#stepRun(step.name, record.attempt, signal)),
      )
      if (result.isDone) {
        this.#note(step.name, record.attempt, { event: 'doSucceeded', data: result.value ?? {} })
        return null
      }
      this.#note(step.name, record.attempt, { event: 'doFailed', data: result.failure })
      await this.#flush()
    }
  }

  async #undoUntilDecided(
    step: Step<Context, State>,
    undo: NonNullable<Step<Context, State>['undo']>,
    record: StepRecord,
  ): Promise<Failure | null> {
    let failure: Failure | null = null
    for (;;) {
      const isResumed = record.mark === 'undoing'
      if (!isResumed) {
        if (record.undoAttempt >= maxUndoAttempts) return failure ?? lostUndo(step.title)
        if (record.undoAttempt > 0) await this.#rest(undoBackoffMs, record.undoAttempt)
        this.#note(step.name, record.undoAttempt + 1, { event: 'undoStarted', data: null })
        await this.#flush()
      }
      const attempt = record.undoAttempt
      const result = await attemptOnce(this.#limits(step), (signal) =>
        undo(this.#run.context, this.#state(), this.#stepRun(`undo:${step.name}`, attempt, signal)),
      )
      if (result.isDone) {
        this.#note(step.name, attempt, { event: 'undoSucceeded', data: null })
        return null
      }
      failure = result.failure
      this.#note(step.name, attempt, { event: 'undoFailed', data: failure })
      await this.#flush()
    }
  }

  #mayTryAgain(step: Step<Context, State>, record: StepRecord, failure: Failure): boolean {
    if (record.attempt >= step.maxAttempts) return false
    if (this.#isPastNoReturn() || isUndecided(step, failure)) return true
    return failure.retryClass !== 'permanent' && !this.#run.cancelled.aborted
  }

  #isPastNoReturn(): boolean {
    return this.#workflow.steps.some(
      (step) => step.isPointOfNoReturn && this.#replay.steps.get(step.name)?.mark === 'succeeded',
    )
  }

  #isCancelDue(): boolean {
    return this.#run.cancelled.aborted && !this.#isPastNoReturn()
  }

  #cancelling(): Unwinding {
    return { reason: 'cancel', error: new AppError('OPERATION_CANCELLED', 'The task was cancelled.').toWire() }
  }

  #interrupted(error: WireError, leftovers: readonly string[]): WorkflowOutcome {
    const message = `Not finished, and not undone: ${leftovers.join(', ')}.`
    const wrapped = new AppError('OPERATION_INTERRUPTED', message, {
      details: { leftovers: [...leftovers] },
      cause: errorFromWire(error),
    })
    return { status: 'interrupted', error: wrapped.toWire(), leftovers }
  }

  #state(): State {
    return { ...this.#input, ...this.#replay.patch }
  }

  #limits(step: Step<Context, State>) {
    const { clock, abandoned, classify = retryClassOf } = this.#run
    return { clock, abandoned, classify, timeoutMs: step.timeoutMs, title: step.title }
  }

  #stepRun(step: string, attempt: number, signal: AbortSignal): StepRun {
    const { operationId, epoch, onProgress } = this.#run
    const progress = (share: number | null, text: string) => onProgress(step, share, text)
    // An undo is not cancelled: it is what a cancel leads to.
    const { unwinding } = this.#replay
    const cancelled = unwinding === null ? this.#run.cancelled : new AbortController().signal
    return { operationId, epoch, step, attempt, signal, cancelled, progress, because: unwinding?.error ?? null }
  }

  #note(step: string, attempt: number, what: Pick<JournalEntry, 'event' | 'data'>): void {
    const entry: JournalEntry = { step, attempt, ...what, at: new Date(this.#run.clock.now()).toISOString() }
    this.#unwritten.push(entry)
    applyEntry(this.#replay, entry)
  }

  async #flush(): Promise<void> {
    const entries = this.#unwritten
    this.#unwritten = []
    if (entries.length > 0) await this.#run.journal.append(entries)
  }

  async #rest(firstMs: number, attempt: number): Promise<void> {
    const ms = Math.min(maxBackoffMs, firstMs * 2 ** (attempt - 1))
    // A cancel ends the rest early, but only while it can still change the direction.
    const isCancelHeard = this.#replay.unwinding === null && !this.#run.cancelled.aborted
    const wakers = isCancelHeard ? [this.#run.abandoned, this.#run.cancelled] : [this.#run.abandoned]
    await this.#run.clock.sleep(ms, AbortSignal.any(wakers))
    if (this.#run.abandoned.aborted) throw new WorkAbandoned('The worker was stopped.')
  }

  #titlesFrom(name: string): string[] {
    const steps = this.#workflow.steps
    return steps.slice(steps.findIndex((step) => step.name === name)).map((step) => step.title)
  }

  /** Steps not undone yet when the undo of `name` was given up: itself and those before it. */
  #titlesUpTo(name: string): string[] {
    const steps = this.#workflow.steps.slice(0, this.#workflow.steps.findIndex((step) => step.name === name) + 1)
    return steps.filter((step) => step.undo !== undefined).map((step) => step.title)
  }
}

/** The point of no return may have been passed: until that is known, neither direction is right. */
const isUndecided = (step: { readonly isPointOfNoReturn?: true }, failure: Failure): boolean =>
  step.isPointOfNoReturn === true && failure.retryClass === 'unknown'

const lostUndo = (title: string): Failure =>
  failureOf(new AppError('OPERATION_INTERRUPTED', `${title} could not be undone.`).toWire(), 'unknown')
