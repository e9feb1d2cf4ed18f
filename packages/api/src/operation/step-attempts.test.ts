import { expect, it } from 'vitest'
import type { JournalEntry, JournalEventName } from '@berth/core/workflow/workflow-journal'
import { attemptsOf } from './step-attempts.ts'

const at = (second: number): string => `2026-11-22T10:00:0${second}.000Z`
const entry = (
  second: number,
  event: JournalEventName,
  { attempt = 1, data = null }: { attempt?: number; data?: unknown } = {},
): JournalEntry => ({ step: 'start', attempt, event, data, at: at(second) })
const error = { code: 'HOST_UNREACHABLE', message: 'host-a does not answer.', details: {} } as const
const failure = { error, retryClass: 'retryable' }

it('tells each try with its times and its error, and the undo after them', () => {
  const entries = [
    entry(1, 'doStarted'),
    entry(2, 'doFailed', { data: failure }),
    entry(4, 'doStarted', { attempt: 2 }),
    entry(5, 'doSucceeded', { attempt: 2 }),
    entry(6, 'undoStarted'),
    entry(7, 'undoFailed', { data: failure }),
    entry(8, 'undoStarted', { attempt: 2 }),
  ]
  expect(attemptsOf(entries)).toEqual([
    { attempt: 1, isUndo: false, startedAt: at(1), endedAt: at(2), error },
    { attempt: 2, isUndo: false, startedAt: at(4), endedAt: at(5), error: null },
    { attempt: 1, isUndo: true, startedAt: at(6), endedAt: at(7), error },
    { attempt: 2, isUndo: true, startedAt: at(8), endedAt: null, error: null },
  ])
})

it('says nothing that the step says itself', () => {
  expect(attemptsOf([entry(1, 'doStarted'), entry(2, 'doFailed', { data: failure })])).toEqual([])
  expect(attemptsOf([entry(1, 'skipped')])).toEqual([])
})
