import { expect, it } from 'vitest'
import { type OperationStepView, operationViewSchema } from '@berth/core/operation/operation'
import { newUuid } from '@berth/core/ids/ids'
import { taskLog } from './task-log.ts'

const at = (second: number): string => `2026-11-22T10:00:0${second}.000Z`
const error = { code: 'HOST_UNREACHABLE', message: 'host-a does not answer.', details: {} } as const
const step = (name: string, change: Partial<OperationStepView>) => ({
  ...{ name, title: name, status: 'succeeded', attempt: 1, startedAt: null, endedAt: null, error: null },
  ...change,
})

it('puts all that happened in order, with each try and how long it took', () => {
  const task = operationViewSchema.parse({
    ...{ operationId: newUuid(), kind: 'vm.start', title: 'Start web-1', status: 'succeeded' },
    target: { vmId: null, imageId: null, hostId: null, name: 'web-1' },
    actor: { userId: null, name: 'Ada', via: 'session' },
    ...{ phase: null, progress: null, progressText: null, error: null, isCancellable: false },
    ...{ createdAt: at(0), startedAt: at(1), endedAt: at(8) },
    steps: [
      step('Record', { startedAt: at(1), endedAt: at(2) }),
      step('Start', {
        ...{ attempt: 2, startedAt: at(2), endedAt: at(8) },
        attempts: [
          { attempt: 1, isUndo: false, startedAt: at(2), endedAt: at(4), error },
          { attempt: 2, isUndo: false, startedAt: at(5), endedAt: at(8), error: null },
        ],
      }),
      step('Never', { status: 'skipped' }),
    ],
  })
  expect(taskLog(task).map(({ step: name, text, durationMs }) => [name, text, durationMs])).toEqual([
    ['', 'Asked for by Ada', null],
    ['', 'Taken up', null],
    ['Record', 'began', null],
    ['Record', 'done', 1_000],
    ['Start', 'attempt 1 began', null],
    ['Start', 'attempt 1 failed: host-a does not answer. (HOST_UNREACHABLE)', 2_000],
    ['Start', 'attempt 2 began', null],
    ['Start', 'attempt 2 done', 3_000],
    ['', 'Ended: succeeded', null],
  ])
})
