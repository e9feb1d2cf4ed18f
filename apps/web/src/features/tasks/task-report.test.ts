import { expect, it } from 'vitest'
import { operationViewSchema } from '@berth/core/operation/operation'
import { taskReport } from './task-report.ts'

it('holds ids, times, steps and the whole chain of causes', () => {
  const cause = { code: 'COMMAND_FAILED', message: 'qemu-img ended with 1', details: { lastLines: ['no space'] } }
  const error = { code: 'POOL_FULL', message: '2 GiB asked, 1 GiB free', details: {}, phase: 'volumes', cause }
  const report = taskReport(
    operationViewSchema.parse({
      operationId: '01a20446-176b-7ea1-a697-cc0e385d6c94',
      kind: 'vm.create',
      title: 'Create web-1',
      status: 'failed',
      target: { vmId: '01a20446-176b-7ea1-a697-cc0e385d6c95', imageId: null, hostId: null, name: 'web-1' },
      actor: { userId: null, name: 'Anna', via: 'session' },
      phase: 'Create disks',
      progress: 0.2,
      progressText: null,
      error,
      isCancellable: false,
      createdAt: '2026-01-01T00:00:00Z',
      startedAt: '2026-01-01T00:00:01Z',
      endedAt: '2026-01-01T00:00:02Z',
      steps: [
        {
          name: 'volumes',
          title: 'Create disks',
          status: 'undone',
          attempt: 2,
          startedAt: '2026-01-01T00:00:01Z',
          endedAt: '2026-01-01T00:00:02Z',
          error,
        },
      ],
    }),
  )
  expect(report).toContain('Machine:  01a20446-176b-7ea1-a697-cc0e385d6c95')
  expect(report).not.toContain('Image:')
  expect(report).toContain('Create disks: undone, attempt 2, 2026-01-01T00:00:01Z to 2026-01-01T00:00:02Z')
  expect(report).toContain('POOL_FULL: 2 GiB asked, 1 GiB free')
  expect(report).toContain('COMMAND_FAILED: qemu-img ended with 1')
  expect(report).toContain('no space')
})
