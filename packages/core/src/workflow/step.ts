/**
 * What a workflow is made of.
 *
 * A workflow is a list of named steps over a state of plain JSON. A step's `do` returns a patch of the state; the patch
 * is journalled, and the state of a resumed run is the input with all journalled patches laid over it. Nobody else owns
 * state: what is not in the journal did not happen.
 *
 * Invariants every step keeps:
 * - `do` may run again after it took effect (the process died before the journal knew): it then finds its work done.
 * - `undo` may run twice, and may run when `do` never took effect.
 * - a step without `undo` that ends with a known failure has left nothing behind.
 */
import { AppError, type WireError } from '../errors/app-error.ts'
import type { ErrorCode } from '../errors/error-codes.ts'

export type JsonObject = Readonly<Record<string, unknown>>

/** What a step is told about this run of it. */
export interface StepRun {
  readonly operationId: string
  /** Key of this work on a host: the step's name, with "undo:" before it while it is undone. */
  readonly step: string
  /** From 1. The same number again after a takeover, so that an agent's journal can answer for the first one. */
  readonly attempt: number
  /** The lease's epoch; an agent refuses a lower one than it has seen. */
  readonly epoch: number
  /** Aborted when nobody waits any more: the time is up, or this worker lost the operation. */
  readonly signal: AbortSignal
  /** Aborted when the user asked to cancel: end early if that is safe, else go on. */
  readonly cancelled: AbortSignal
  readonly progress: (share: number | null, text: string) => void
  /** While undoing: why. Null on the way forward. */
  readonly because: WireError | null
}

export interface Step<Context, State extends JsonObject> {
  /** Unique within the workflow, stable over versions: journals and agents know the step by it. */
  readonly name: string
  readonly title: string
  readonly do: (context: Context, state: State, run: StepRun) => Promise<Partial<State> | undefined>
  readonly undo?: (context: Context, state: State, run: StepRun) => Promise<void>
  /** A step that does not apply is journalled as skipped. */
  readonly isNeeded?: (state: State) => boolean
  /** The transaction that accepted the operation already did it: its undo runs however early the work ends. */
  readonly isDoneOnAccept?: true
  /** Once it has succeeded, there is only forward. While its outcome is unknown, it is repeated, never unwound. */
  readonly isPointOfNoReturn?: true
  /** Also beyond that point a cancel means something to it: what it waits for is given up. Nothing is undone. */
  readonly hearsCancel?: true
  /** How much of the whole work this step is, against 1 of the others: for the bar, not for the clock. */
  readonly weight?: number
  readonly timeoutMs: number
  /** Tries of `do` before its failure counts; undo has its own, larger number in run-steps. */
  readonly maxAttempts: number
  readonly backoffMs: number
}

export interface Workflow<Context, State extends JsonObject> {
  readonly kind: string
  /** Raised when steps change so much that a running operation of the old list could not be resumed by the new one. */
  readonly version: number
  readonly steps: readonly Step<Context, State>[]
  /** Parses an operation's args; throws ZodError when they are of another version. */
  readonly parseInput: (args: unknown) => State
}

/**
 * What a failure says about the world. `retryable`: it did not happen, and may the next time. `permanent`: it did not
 * happen, and will not. `unknown`: it may have happened; it is asked again before anything else is decided.
 */
export type RetryClass = 'retryable' | 'permanent' | 'unknown'

/** The worker may not go on: its lease is gone or the process ends. Nothing is written; another one resumes. */
export class WorkAbandoned extends Error {
  override readonly name = 'WorkAbandoned'
}

const unknownCodes: readonly ErrorCode[] = [
  'HOST_UNREACHABLE',
  'TIMEOUT',
  'OPERATION_INTERRUPTED',
  'QMP_INTERRUPTED',
  'QMP_TIMEOUT',
]

export function retryClassOf(error: unknown): RetryClass {
  if (!(error instanceof AppError)) return 'permanent'
  if (unknownCodes.includes(error.code)) return 'unknown'
  return error.isRetryable ? 'retryable' : 'permanent'
}

export function defineWorkflow<Context, State extends JsonObject>(
  workflow: Workflow<Context, State>,
): Workflow<Context, State> {
  const names = workflow.steps.map((step) => step.name)
  if (new Set(names).size !== names.length) throw new Error(`Workflow ${workflow.kind} has two steps of one name.`)
  const pointsOfNoReturn = workflow.steps.filter((step) => step.isPointOfNoReturn)
  if (pointsOfNoReturn.length > 1) throw new Error(`Workflow ${workflow.kind} has two points of no return.`)
  return workflow
}
