/**
 * The one way in which a workflow works on a host: sends a step to the agent and finds out what became of it.
 *
 * A lost reply is unknown, never failed: once the agent is heard from again, it is asked (`step.wait`) under the same
 * key, and its fsynced journal answers. `absent` means that the request never arrived, so it is sent again under the
 * same key; `interrupted` that the agent died in the middle, so the engine tries the next attempt.
 */
import { agentContract } from '@berth/core/agent-contract/agent-contract'
import { agentResultSchemas, type AgentCommand } from '@berth/core/agent-contract/agent-commands'
import type { StepKey, StepProgress, StepReport, VmSighting } from '@berth/core/agent-contract/step-report'
import { AppError, errorFromWire, hasErrorCode } from '@berth/core/errors/app-error'
import { operationIdSchema } from '@berth/core/ids/ids'
import type { MoveProgress } from '@berth/core/migration/move-progress'
import type { StepRun } from '@berth/core/workflow/step'
import type { AgentLink } from '../agents/agent-link.ts'

/** How long one request lets the agent hold its answer. Below the limits of idle connections on the way. */
const holdMs = 20_000
const replyGraceMs = 10_000

export interface HostWork {
  readonly run: StepRun
  readonly command: AgentCommand
  /** Tells several commands of one step apart: "volumes/<id>". */
  readonly part?: string
  /** Told before the step ends, well or not, how its machine was then; not where the reply came from the journal. */
  readonly onSighting?: (sighting: VmSighting) => Promise<void>
  /** The figures of a step that sends a machine's memory. */
  readonly onMove?: (progress: MoveProgress) => void
}

/**
 * Resolves with the command's result, of the shape that core's agentResultSchemas has for it. Throws the agent's own
 * error, or OPERATION_INTERRUPTED when the agent died in the middle. It waits for a host that is away until the step's
 * time is up.
 */
export async function runOnHost(link: AgentLink, work: HostWork): Promise<unknown> {
  const { run, command } = work
  const key: StepKey = {
    operationId: operationIdSchema.parse(run.operationId),
    step: work.part === undefined ? run.step : `${run.step}/${work.part}`,
    attempt: run.attempt,
  }
  // Listening starts before the command is sent, so that an end between two requests is not missed.
  using watch = new StepWatch(link, key, work)
  const cancel = (): void => void sendCancel(link, key, run.signal)
  run.cancelled.addEventListener('abort', cancel, { once: true })
  try {
    const report = await reportOf(link, { key, run, command, watch })
    if ('sighting' in report && report.sighting !== undefined) await work.onSighting?.(report.sighting)
    return resultOf(command, report)
  } finally {
    run.cancelled.removeEventListener('abort', cancel)
  }
}

interface Asking {
  readonly key: StepKey
  readonly run: StepRun
  readonly command: AgentCommand
  readonly watch: StepWatch
}

async function reportOf(link: AgentLink, asking: Asking): Promise<StepReport> {
  const { key, run, watch } = asking
  let isSent = false
  for (;;) {
    run.signal.throwIfAborted()
    try {
      const report: StepReport = await watch.first(isSent ? askAgain(link, asking) : send(link, asking))
      // It was cancelled before the agent knew the step; it knows it now.
      if (!isSent && run.cancelled.aborted && report.status === 'running') await sendCancel(link, key, run.signal)
      isSent = report.status !== 'absent'
      if (report.status === 'running') watch.tell(report.progress)
      else if (report.status !== 'absent') return report
    } catch (error) {
      if (!hasErrorCode(error, 'HOST_UNREACHABLE')) throw error
      isSent = true
      await link.whenOnline(run.signal)
    }
  }
}

const send = (link: AgentLink, { key, run, command }: Asking): Promise<StepReport> =>
  link.call(
    agentContract.step.run,
    { ...key, epoch: run.epoch, command, waitMs: run.cancelled.aborted ? 0 : holdMs },
    { timeoutMs: holdMs + replyGraceMs, signal: run.signal },
  )

const askAgain = (link: AgentLink, { key, run }: Asking): Promise<StepReport> =>
  link.call(
    agentContract.step.wait,
    { ...key, waitMs: holdMs },
    { timeoutMs: holdMs + replyGraceMs, signal: run.signal },
  )

async function sendCancel(link: AgentLink, key: StepKey, signal: AbortSignal): Promise<void> {
  try {
    await link.call(agentContract.step.cancel, key, { signal })
  } catch {
    // A cancel is a wish: the step's own report, which is waited for, says what came of it.
  }
}

function resultOf(command: AgentCommand, report: StepReport): unknown {
  if (report.status === 'failed') throw errorFromWire(report.error)
  if (report.status !== 'succeeded') {
    throw new AppError('OPERATION_INTERRUPTED', `The agent was restarted during ${command.kind}.`)
  }
  const parsed = agentResultSchemas[command.kind].safeParse(report.result)
  if (parsed.success) return parsed.data
  throw new AppError('AGENT_INCOMPATIBLE', `The agent answered ${command.kind} in another form.`)
}

/** Reads one step's events off the link's stream: they come at once, while a held request may be lost on its way. */
class StepWatch implements Disposable {
  readonly #ended = Promise.withResolvers<StepReport>()
  readonly #stop: () => void
  readonly #work: HostWork

  constructor(link: AgentLink, key: StepKey, work: HostWork) {
    this.#work = work
    this.#stop = link.onStepEvent(key.operationId, (event) => {
      if (event.key.step !== key.step || event.key.attempt !== key.attempt) return
      if (event.kind === 'step.progressed') this.tell(event.progress)
      else this.#ended.resolve(event.report)
    })
  }

  first(asked: Promise<StepReport>): Promise<StepReport> {
    return Promise.race([this.#ended.promise, asked])
  }

  tell(progress: StepProgress | null): void {
    if (progress === null) return
    const { run, onMove } = this.#work
    run.progress(progress.share, progress.text)
    if (progress.move !== undefined) onMove?.(progress.move)
  }

  [Symbol.dispose](): void {
    this.#stop()
  }
}
