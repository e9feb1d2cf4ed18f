/**
 * Runs steps that the panel sends: each key once, answered from the journal ever after.
 *
 * Owner of its state: the steps that run now. Invariants: nothing is done before the journal holds the key; nobody hears
 * of an end before the journal holds it; a lower epoch than the highest seen for the operation starts nothing.
 */
import type { AgentCommand } from '@berth/core/agent-contract/agent-commands'
import type { AgentEvent } from '@berth/core/agent-contract/agent-events'
import type {
  StepKey,
  StepProgress,
  StepReport,
  StepRunRequest,
  StepWaitRequest,
  VmSighting,
} from '@berth/core/agent-contract/step-report'
import { AppError, errorToWire } from '@berth/core/errors/app-error'
import type { Logger } from 'pino'
import { keyText } from './journal-record.ts'
import type { Journal } from './journal.ts'

export interface StepRun {
  readonly signal: AbortSignal
  readonly onProgress: (progress: StepProgress) => void
}

/** Does a command and returns its result; throws AppError. Idempotent. */
export type RunCommandStep = (command: AgentCommand, run: StepRun) => Promise<unknown>

/** The command's machine as it is now; undefined for a command without one, or whose machine is not here. */
export type SightMachine = (command: AgentCommand) => VmSighting | undefined

export interface StepRunnerOptions {
  journal: Journal
  runCommandStep: RunCommandStep
  sightMachine: SightMachine
  publish: (event: AgentEvent) => void
  logger: Logger
}

type EndedReport = Extract<StepReport, { status: 'succeeded' | 'failed' }>

interface LiveStep {
  readonly key: StepKey
  readonly abort: AbortController
  readonly ended: Promise<StepReport>
  progress: StepProgress | null
}

export class StepRunner {
  readonly #options: StepRunnerOptions
  readonly #live = new Map<string, LiveStep>()

  constructor(options: StepRunnerOptions) {
    this.#options = options
  }

  /** Throws EPOCH_STALE, and INTERNAL when the journal cannot be written; a step's own failure is in the report. */
  async run(request: StepRunRequest): Promise<StepReport> {
    const key = keyOf(request)
    const { journal } = this.#options
    const highest = journal.epochOf(key.operationId)
    if (journal.get(key) === undefined) {
      if (request.epoch < highest) throw staleEpoch(request.epoch, highest)
      this.#start(key, request)
    } else if (request.epoch > highest) {
      await journal.claimed({ key, epoch: request.epoch })
    }
    return this.wait({ ...key, waitMs: request.waitMs })
  }

  /** What became of a key: at once when it ended, else after at most `waitMs`. */
  async wait(request: StepWaitRequest): Promise<StepReport> {
    const live = this.#live.get(keyText(request))
    if (live === undefined) return this.#rememberedReport(request)
    const { promise: timeUp, resolve } = Promise.withResolvers<undefined>()
    const timer = setTimeout(resolve, request.waitMs, undefined)
    try {
      const report = await Promise.race([live.ended, timeUp])
      return report ?? { status: 'running', progress: live.progress }
    } finally {
      clearTimeout(timer)
    }
  }

  #rememberedReport(key: StepKey): StepReport {
    const report = this.#options.journal.get(key)?.report ?? { status: 'absent' }
    // It ended, but the end could not be written: nobody may rely on it, so the next attempt looks for itself.
    return report.status === 'running' ? { status: 'interrupted' } : report
  }

  /** False when the step does not run (any more). */
  cancel(key: StepKey): boolean {
    const live = this.#live.get(keyText(key))
    live?.abort.abort()
    return live !== undefined
  }

  /** How many run now. */
  get liveCount(): number {
    return this.#live.size
  }

  #start(key: StepKey, request: StepRunRequest): void {
    const { promise, resolve, reject } = Promise.withResolvers<StepReport>()
    const live: LiveStep = { key, abort: new AbortController(), ended: promise, progress: null }
    this.#live.set(keyText(key), live)
    // Who waits hears of a failing journal; when nobody waits, it was logged.
    promise.catch(() => undefined)
    this.#perform(live, request)
      .then(resolve, (error: unknown) => {
        this.#options.logger.error({ err: error, ...key }, 'the journal could not be written')
        reject(error instanceof Error ? error : new Error(String(error)))
      })
      .finally(() => this.#live.delete(keyText(key)))
  }

  async #perform(live: LiveStep, request: StepRunRequest): Promise<StepReport> {
    const { journal, logger, publish } = this.#options
    const { key } = live
    const { command } = request
    const startedAtMs = performance.now()
    await journal.started({ key, epoch: request.epoch, command: command.kind })
    const ended = await this.#attempt(live, command)
    await journal.ended(key, ended)
    const report = this.#withSighting(ended, command)
    const durationMs = Math.round(performance.now() - startedAtMs)
    const error = report.status === 'failed' ? report.error : undefined
    logger[error === undefined ? 'info' : 'warn']({ ...key, command: command.kind, durationMs, error }, 'step ended')
    publish({ kind: 'step.ended', key, report })
    return report
  }

  /** Of a step that failed too: a shutdown that was given up has changed the machine. */
  #withSighting(report: EndedReport, command: AgentCommand): EndedReport {
    const sighting = this.#options.sightMachine(command)
    return sighting === undefined ? report : { ...report, sighting }
  }

  async #attempt(live: LiveStep, command: AgentCommand): Promise<EndedReport> {
    const onProgress = (progress: StepProgress): void => {
      live.progress = progress
      this.#options.publish({ kind: 'step.progressed', key: live.key, progress })
    }
    try {
      const result = await this.#options.runCommandStep(command, { signal: live.abort.signal, onProgress })
      return { status: 'succeeded', result }
    } catch (error) {
      if (!(error instanceof AppError)) this.#options.logger.error({ err: error, ...live.key }, 'a step broke')
      return { status: 'failed', error: errorToWire(error) }
    }
  }
}

const keyOf = ({ operationId, step, attempt }: StepKey): StepKey => ({ operationId, step, attempt })

function staleEpoch(epoch: number, highest: number): AppError {
  const message = `The operation is at epoch ${highest}; a command of epoch ${epoch} is refused`
  return new AppError('EPOCH_STALE', message, { details: { epoch, highest } })
}
