/** A task as plain text, to paste into a ticket: all that the page shows, with ids and times in UTC. */
import type { WireError } from '@berth/core/errors/app-error'
import { errorCodeInfo } from '@berth/core/errors/error-codes'
import type { OperationView } from '@berth/core/operation/operation'
import { taskLog } from './task-log.ts'

export function taskReport(task: OperationView): string {
  const { target } = task
  const head: readonly (readonly [string, string | null])[] = [
    ['Task', `${task.title} (${task.kind})`],
    ['Id', task.operationId],
    ['Status', task.status],
    ['Machine', target.vmId],
    ['Image', target.imageId],
    ['Host', target.hostId],
    ['By', `${task.actor.name} (${task.actor.via})`],
    ['Asked', task.createdAt],
    ['Started', task.startedAt],
    ['Ended', task.endedAt],
    ['Phase', task.phase],
    ['Retry of', task.retryOfId],
    ['Retried', task.retriedById],
  ]
  const lines = head.flatMap(([name, value]) => (value === null ? [] : [`${`${name}:`.padEnd(9)} ${value}`]))
  if (task.error !== null) lines.push('', 'Error', ...errorLines(task.error, 1))
  lines.push('', 'Steps')
  for (const step of task.steps) {
    const attempt = step.attempt > 1 ? `, attempt ${step.attempt}` : ''
    lines.push(`  ${step.title}: ${step.status}${attempt}${span(step.startedAt, step.endedAt)}`)
    if (step.error !== null) lines.push(...errorLines(step.error, 2))
  }
  lines.push('', 'Log')
  for (const { at, step, text } of taskLog(task)) lines.push(`  ${at} ${step === '' ? '' : `${step}: `}${text}`)
  return `${lines.join('\n')}\n`
}

function errorLines(error: WireError, depth: number): string[] {
  const pad = '  '.repeat(depth)
  const lines = [`${pad}${error.code}: ${error.message}`, `${pad}Remedy: ${errorCodeInfo(error.code).remedy}`]
  if (error.phase !== undefined) lines.push(`${pad}Phase: ${error.phase}`)
  if (error.component !== undefined) lines.push(`${pad}Component: ${error.component}`)
  if (Object.keys(error.details).length > 0) {
    lines.push(
      ...JSON.stringify(error.details, null, 2)
        .split('\n')
        .map((line) => `${pad}${line}`),
    )
  }
  if (error.cause !== undefined) lines.push(`${pad}Caused by`, ...errorLines(error.cause, depth + 1))
  return lines
}

function span(startedAt: string | null, endedAt: string | null): string {
  if (startedAt === null) return ''
  return endedAt === null ? `, since ${startedAt}` : `, ${startedAt} to ${endedAt}`
}
