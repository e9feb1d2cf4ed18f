/** The tries of one step, as its journal has them. Pure. */
import type { StepAttemptView } from '@berth/core/operation/operation'
import { failureSchema, type JournalEntry } from '@berth/core/workflow/workflow-journal'

type Draft = { -readonly [K in keyof StepAttemptView]: StepAttemptView[K] }

/** In the order in which they began. Empty where the step itself says as much: it was tried once and not undone. */
export function attemptsOf(entries: readonly JournalEntry[]): StepAttemptView[] {
  const attempts: Draft[] = []
  for (const { event, attempt, at, data } of entries) {
    const isUndo = event.startsWith('undo')
    if (event === 'doStarted' || event === 'undoStarted') {
      attempts.push({ attempt, isUndo, startedAt: at, endedAt: null, error: null })
      continue
    }
    const begun = attempts.findLast((known) => known.attempt === attempt && known.isUndo === isUndo)
    if (begun === undefined || event === 'skipped' || event === 'unwinding') continue
    begun.endedAt = at
    if (event === 'doFailed' || event === 'undoFailed') begun.error = failureSchema.parse(data).error
  }
  return attempts.length > 1 ? attempts : []
}
