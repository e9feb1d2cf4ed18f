/** Makes an operation's view from its row, its journal, and the steps that its kind has. */
import {
  operationKindSchema,
  operationViewSchema,
  type OperationStepView,
  type OperationView,
  type StepStatus,
} from '@berth/core/operation/operation'
import { isOperationEnded } from '@berth/core/operation/operation-ended'
import { z } from 'zod'
import { replayJournal, type JournalEntry, type Replay, type StepMark } from '@berth/core/workflow/workflow-journal'
import { type RegisteredWorkflow, workflowRegistry } from '../workflows/workflow-registry.ts'
import { shareOfRunningStep } from './operation-progress.ts'
import { attemptsOf } from './step-attempts.ts'

export interface OperationRow {
  readonly id: string
  readonly kind: string
  readonly title: string
  readonly status: string
  readonly vmId: string | null
  readonly imageId: string | null
  readonly hostId: string | null
  readonly targetName: string
  readonly actorUserId: string | null
  readonly actorName: string
  readonly actorVia: string
  readonly phase: string | null
  readonly progress: number | null
  readonly progressText: string | null
  readonly error: unknown
  readonly isCancellable: boolean
  readonly cancelRequestedAt: Date | null
  readonly createdAt: Date
  readonly startedAt: Date | null
  readonly endedAt: Date | null
  readonly retryOfId: string | null
}

const statusOfMark: Readonly<Record<StepMark, StepStatus>> = {
  pending: 'pending',
  started: 'running',
  succeeded: 'succeeded',
  failed: 'failed',
  skipped: 'skipped',
  undoing: 'undoing',
  undone: 'undone',
  undoFailed: 'failed',
}

export interface OperationHistory {
  readonly journal: readonly JournalEntry[]
  readonly retriedById: string | null
}

export function operationViewOf(row: OperationRow, { journal, retriedById }: OperationHistory): OperationView {
  const view = operationViewSchema.parse({
    operationId: row.id,
    kind: row.kind,
    title: row.title,
    status: row.status,
    target: { vmId: row.vmId, imageId: row.imageId, hostId: row.hostId, name: row.targetName },
    actor: { userId: row.actorUserId, name: row.actorName, via: row.actorVia },
    phase: row.phase,
    progress: row.progress,
    progressText: row.progressText,
    error: row.error,
    isCancellable: row.isCancellable && row.cancelRequestedAt === null,
    retryOfId: row.retryOfId,
    retriedById,
    createdAt: row.createdAt.toISOString(),
    startedAt: row.startedAt?.toISOString() ?? null,
    endedAt: row.endedAt?.toISOString() ?? null,
    steps: [],
  })
  const replay = replayJournal(journal)
  const byStep = Map.groupBy(journal, (entry) => entry.step)
  const { steps } = workflowRegistry[operationKindSchema.parse(row.kind)]
  const views = steps.map((step) => ({
    ...stepViewOf(step, replay, isOperationEnded(view.status)),
    attempts: attemptsOf(byStep.get(step.name) ?? []),
    note: noteOf(byStep.get(step.name) ?? []),
  }))
  return { ...view, steps: withProgress(view, views, steps) }
}

const notedSchema = z.object({ note: z.string() })

/** A step that has something to tell puts it into its patch. */
function noteOf(entries: readonly JournalEntry[]): string | null {
  const done = entries.findLast(({ event }) => event === 'doSucceeded')
  return notedSchema.safeParse(done?.data).data?.note ?? null
}

/** Only the step that tells how far it is has a share; that of the whole is made of it. */
function withProgress(
  { progress, progressText }: Pick<OperationView, 'progress' | 'progressText'>,
  views: readonly OperationStepView[],
  steps: RegisteredWorkflow['steps'],
): OperationStepView[] {
  const running = views.find(({ status }) => status === 'running')?.name ?? null
  if (progress === null || progressText === null || running === null) return [...views]
  const ended = new Set(views.filter(({ status }) => status === 'succeeded' || status === 'skipped').map((v) => v.name))
  const share = shareOfRunningStep(steps, { ended, running, overall: progress })
  return views.map((view) => (view.name === running ? { ...view, progress: share } : view))
}

function stepViewOf(
  step: { readonly name: string; readonly title: string },
  replay: Replay,
  isEnded: boolean,
): Omit<OperationStepView, 'attempts' | 'note'> {
  const record = replay.steps.get(step.name)
  const mark = record?.mark ?? 'pending'
  return {
    name: step.name,
    title: step.title,
    // What never began will not begin any more.
    status: isEnded && mark === 'pending' ? 'skipped' : statusOfMark[mark],
    attempt: record?.attempt ?? 0,
    progress: null,
    startedAt: record?.startedAt ?? null,
    endedAt: mark === 'started' || mark === 'undoing' ? null : (record?.endedAt ?? null),
    error: record?.failure?.error ?? null,
  }
}
