'use client'
import { InlineAlert } from '@berth/ui/inline-alert'
import { ProgressBar } from '@berth/ui/progress-bar'
import { type StepItem, StepList } from '@berth/ui/step-list'
import { useNow } from '@berth/ui/ticking-clock'
import type { WireError } from '@berth/core/errors/app-error'
import type { OperationStepView, OperationView } from '@berth/core/operation/operation'
import { TaskLogFold } from './task-log-fold.tsx'
import { TaskError } from './task-error.tsx'
import { stepDuration, stepStateOf } from './task-words.ts'

/** The steps of a task with their times and errors. An error of the whole task that no step has stands above them. */
export function TaskSteps({ task }: { task: OperationView }) {
  const now = useNow()
  const isOwnError =
    task.error !== null && !isMereCancel(task.error) && !task.steps.some((step) => isSameError(step, task))
  return (
    <div className="flex flex-col gap-4">
      {task.status === 'cancelled' && (
        <InlineAlert title="The task was cancelled">
          What it had done until then was undone, as far as it says below.
        </InlineAlert>
      )}
      {isOwnError && task.error !== null && (
        <TaskError error={task.error} tone={task.status === 'interrupted' ? 'warn' : 'bad'} />
      )}
      <StepList label={`Steps of ${task.title}`} steps={task.steps.map((step) => stepItem(step, task, now))} />
      <TaskLogFold task={task} />
    </div>
  )
}

function stepItem(step: OperationStepView, task: OperationView, now: number | null): StepItem {
  const state = stepStateOf(step, task.status)
  const isCurrent = state === 'running'
  const duration = state === 'skipped' ? null : stepDuration(step, now)
  const attempt = step.attempt > 1 ? `attempt ${step.attempt}` : null
  const undone = step.status === 'undone' && state !== 'undone' ? 'cleaned up' : null
  const meta = [attempt, undone, duration].filter((part) => part !== null).join(' · ')
  return {
    id: step.name,
    title: step.title,
    state,
    ...(meta === '' ? {} : { meta }),
    ...(hidesDetail(step, isCurrent) ? {} : { detail: <StepDetail step={step} task={task} isCurrent={isCurrent} /> }),
  }
}

/** A cancel is no error to be looked into. */
const isMereCancel = (error: WireError): boolean => error.code === 'OPERATION_CANCELLED'

const hidesDetail = ({ error, note }: OperationStepView, isCurrent: boolean): boolean =>
  !isCurrent && note === null && (error === null || isMereCancel(error))

interface StepDetailProps {
  step: OperationStepView
  task: OperationView
  isCurrent: boolean
}

function StepDetail({ step, task, isCurrent }: StepDetailProps) {
  return (
    <div className="flex flex-col gap-2">
      {isCurrent && task.progressText !== null && (
        <>
          <p className="text-ink-2">{task.progressText}</p>
          <ProgressBar label={step.title} value={step.progress} />
        </>
      )}
      {step.note !== null && <p>{step.note}</p>}
      {step.error !== null && !isMereCancel(step.error) && <TaskError error={step.error} />}
    </div>
  )
}

function isSameError({ error }: OperationStepView, task: OperationView): boolean {
  return error !== null && error.code === task.error?.code && error.message === task.error.message
}
