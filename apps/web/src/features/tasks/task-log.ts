/** A task from its first moment to its last, line by line, as its journal has it. Pure. */
import type { OperationStepView, OperationView } from '@berth/core/operation/operation'

export interface LogLine {
  readonly at: string
  /** Of a step; empty for the task itself. */
  readonly step: string
  readonly text: string
  readonly isBad: boolean
  /** From the line that says that it began; null for one that ends nothing. */
  readonly durationMs: number | null
}

interface Try {
  readonly name: string
  readonly startedAt: string
  readonly endedAt: string | null
  readonly error: OperationStepView['error']
}

export function taskLog(task: OperationView): LogLine[] {
  const own = (at: string | null, text: string): LogLine[] =>
    at === null ? [] : [{ at, step: '', text, isBad: false, durationMs: null }]
  const lines = [
    ...own(task.createdAt, `Asked for by ${task.actor.name}`),
    ...own(task.startedAt, 'Taken up'),
    ...task.steps.flatMap((step) => triesOf(step).flatMap((each) => linesOf(step.title, each))),
    ...own(task.endedAt, `Ended: ${task.status}`),
  ]
  // Equal moments keep this order: what was asked, what was done, what came of it.
  return lines.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at))
}

function triesOf({ attempts, startedAt, endedAt, error }: OperationStepView): Try[] {
  if (attempts.length > 0) {
    return attempts.map(({ attempt, isUndo, ...rest }) => ({
      ...rest,
      name: `${isUndo ? 'undo' : 'attempt'}${isUndo && attempt === 1 ? '' : ` ${attempt}`}`,
    }))
  }
  return startedAt === null ? [] : [{ name: '', startedAt, endedAt, error }]
}

function linesOf(step: string, { name, startedAt, endedAt, error }: Try): LogLine[] {
  const begun: LogLine = { at: startedAt, step, text: said(name, 'began'), isBad: false, durationMs: null }
  if (endedAt === null) return [begun]
  const durationMs = Math.max(0, Date.parse(endedAt) - Date.parse(startedAt))
  const text = error === null ? said(name, 'done') : `${said(name, 'failed')}: ${error.message} (${error.code})`
  return [begun, { at: endedAt, step, text, isBad: error !== null, durationMs }]
}

const said = (name: string, what: string): string => (name === '' ? what : `${name} ${what}`)
