import { describe, expect, it } from 'vitest'
import { operationKinds, operationStatuses, type OperationStepView } from '@berth/core/operation/operation'
import {
  barShare,
  cancelEffect,
  cancelRefusal,
  progressLine,
  remainingMs,
  stepDuration,
  stepStateOf,
  taskDurationMs,
} from './task-words.ts'

const at = (seconds: number) => new Date(1_000_000_000_000 + seconds * 1000).toISOString()
const step = (given: Partial<OperationStepView>): OperationStepView => ({
  name: 'start',
  title: 'Start',
  status: 'running',
  attempt: 1,
  progress: null,
  note: null,
  startedAt: at(0),
  endedAt: null,
  error: null,
  attempts: [],
  ...given,
})

describe('a step', () => {
  it('that was running when its task ended is not shown as running', () => {
    expect(stepStateOf(step({}), 'running')).toBe('running')
    expect(stepStateOf(step({}), 'interrupted')).toBe('interrupted')
    expect(stepStateOf(step({ status: 'undoing' }), 'failed')).toBe('interrupted')
    expect(stepStateOf(step({}), 'cancelled')).toBe('cancelled')
    expect(stepStateOf(step({ status: 'succeeded' }), 'failed')).toBe('done')
    expect(stepStateOf(step({ status: 'undone' }), 'failed')).toBe('undone')
    const error = { code: 'TIMEOUT', message: '', details: {} } as const
    expect(stepStateOf(step({ status: 'undone', error }), 'failed')).toBe('failed')
    const cancel = { code: 'OPERATION_CANCELLED', message: '', details: {} } as const
    expect(stepStateOf(step({ status: 'undone', error: cancel }), 'cancelled')).toBe('cancelled')
  })

  it('says how long it took, or has been taking in whole seconds', () => {
    expect(stepDuration(step({ endedAt: at(0.34) }), null)).toBe('340 ms')
    expect(stepDuration(step({}), Date.parse(at(12.9)))).toBe('12 s')
    expect(stepDuration(step({}), Date.parse(at(-3)))).toBe('0 ms')
    expect(stepDuration(step({ startedAt: null }), Date.parse(at(1)))).toBeNull()
  })
})

describe('a task', () => {
  it('takes time from its start, or from being asked while it waits', () => {
    expect(taskDurationMs({ createdAt: at(0), startedAt: at(5), endedAt: at(9) }, 0)).toBe(4000)
    expect(taskDurationMs({ createdAt: at(0), startedAt: null, endedAt: null }, Date.parse(at(7)))).toBe(7000)
    expect(taskDurationMs({ createdAt: at(9), startedAt: null, endedAt: null }, Date.parse(at(7)))).toBe(0)
  })

  it('says how long it takes yet once there is something to go by', () => {
    const task = (progress: number | null) => ({ status: 'running' as const, steps: [step({ progress })] })
    expect(remainingMs(task(0.25), Date.parse(at(10)))).toBe(30_000)
    expect(remainingMs(task(0.25), Date.parse(at(2)))).toBeNull()
    expect(remainingMs(task(0.01), Date.parse(at(10)))).toBeNull()
    expect(remainingMs(task(null), Date.parse(at(10)))).toBeNull()
    expect(remainingMs({ ...task(0.25), status: 'cancelling' }, Date.parse(at(10)))).toBeNull()
  })

  it('says where it is as far as it can, and never rounds up to done', () => {
    expect(progressLine({ phase: 'Download', progress: 0.999, progressText: '9 of 10 MiB' })).toBe(
      'Download · 99 % · 9 of 10 MiB',
    )
    expect(progressLine({ phase: null, progress: null, progressText: null })).toBe('')
  })

  it('shows no share before there is any: an empty bar and "0 %" would look stuck', () => {
    expect(progressLine({ phase: 'Ask the guest', progress: 0, progressText: null })).toBe('Ask the guest')
    expect(barShare({ status: 'running', progress: 0 })).toBeNull()
    expect(barShare({ status: 'running', progress: 0.5 })).toBe(0.5)
    expect(barShare({ status: 'queued', progress: 0 })).toBe(0)
  })

  it('names a cancel’s effect for every kind, and refuses with a reason in every other state', () => {
    for (const kind of operationKinds)
      expect(cancelEffect({ kind, status: 'queued' })).toMatch(/^It has not begun\. \S/)
    const allowed = operationStatuses.filter((status) => cancelRefusal({ status, isCancellable: true }) === null)
    expect(allowed).toEqual(['queued', 'running'])
    expect(cancelRefusal({ status: 'running', isCancellable: false })).toMatch(/past the point/)
  })
})
