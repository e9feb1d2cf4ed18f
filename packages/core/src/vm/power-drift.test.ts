import { expect, it } from 'vitest'
import { newUuid, operationIdSchema } from '../ids/ids.ts'
import { powerDriftOf } from './power-drift.ts'
import type { VmExit } from './vm-state.ts'

const exit = (reason: VmExit['reason']): VmExit => ({
  ...{ reason, message: '', exitCode: null, signal: null, lastLines: [] },
  at: '2026-11-22T10:00:00Z',
})
type Seen = Parameters<typeof powerDriftOf>[0]
const asWanted: Seen = { state: 'stopped', spec: { desiredPower: 'on' }, lastExit: null, operation: null, run: null }

it('tells a machine that is off and should run, however it came to be off', () => {
  for (const reason of ['host-restarted', 'qemu-exited', 'start-failed', 'stopped', 'guest-panic'] as const)
    expect(powerDriftOf({ ...asWanted, lastExit: exit(reason) })).toBe('should-run')
  expect(powerDriftOf(asWanted)).toBe('should-run')
  expect(powerDriftOf({ ...asWanted, state: 'crashed', lastExit: exit('qemu-exited') })).toBe('should-run')
})

it('tells one that runs and should be off', () => {
  const off = { ...asWanted, spec: { desiredPower: 'off' as const } }
  expect(powerDriftOf({ ...off, state: 'running' })).toBe('should-be-off')
  expect(powerDriftOf({ ...off, state: 'paused' })).toBe('should-be-off')
  expect(powerDriftOf(off)).toBeNull()
})

it('says nothing of what is as it should be, under way, the guest’s own will, or not known', () => {
  const operation = { operationId: operationIdSchema.parse(newUuid()), kind: 'vm.start', title: 'Start' } as const
  expect(powerDriftOf({ ...asWanted, operation })).toBeNull()
  expect(powerDriftOf({ ...asWanted, lastExit: exit('guest-shutdown') })).toBeNull()
  for (const state of ['running', 'paused', 'starting', 'stopping', 'unknown', 'creating', 'deleting'] as const)
    expect(powerDriftOf({ ...asWanted, state })).toBeNull()
})
