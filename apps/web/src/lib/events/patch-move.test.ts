import type { AppRouter } from '@berth/api/root'
import { hostIdSchema, newUuid, operationIdSchema, vmIdSchema } from '@berth/core/ids/ids'
import type { MoveProgress } from '@berth/core/migration/move-progress'
import type { MoveView } from '@berth/core/migration/move-view'
import { operationViewSchema } from '@berth/core/operation/operation'
import { createTRPCClient } from '@trpc/client'
import { createTRPCOptionsProxy } from '@trpc/tanstack-react-query'
import { describe, expect, it } from 'vitest'
import { makeQueryClient } from '../trpc/query-client.ts'
import { patchCache } from './patch-cache.ts'
import { newerMove } from './patch-move.ts'

const host = (name: string) => ({ hostId: hostIdSchema.parse(newUuid()), name })
const operationId = operationIdSchema.parse(newUuid())
const vmId = vmIdSchema.parse(newUuid())
const [source, target] = [host('a'), host('b')]

const progressAt = (second: number): MoveProgress => ({
  at: new Date(1_800_000_000_000 + second * 1000).toISOString(),
  phase: 'memory',
  elapsedMs: second * 1000,
  totalBytes: 100,
  transferredBytes: second,
  remainingBytes: 100 - second,
  throughputBytesPerSecond: 1,
  dirtyBytesPerSecond: null,
  expectedDowntimeMs: null,
  downtimeLimitMs: 100,
  throttlePercent: 0,
  passes: [{ number: 1, bytes: second, ms: second * 1000 }],
})
const move = (second: number | null, isOver = false): MoveView => ({
  operationId,
  vmId,
  source,
  target,
  policy: 'shortest-pause',
  disks: [],
  isOff: false,
  forecast: null,
  progress: second === null ? null : progressAt(second),
  report: isOver ? { totalMs: 1, downtimeMs: 1, pauseMs: 1, transferredBytes: 1, passes: [] } : null,
})

function openCache() {
  const queryClient = makeQueryClient()
  const trpc = createTRPCOptionsProxy<AppRouter>({ client: createTRPCClient<AppRouter>({ links: [] }), queryClient })
  const queryKey = trpc.operation.move.queryKey({ operationId })
  const shown = () => queryClient.getQueryData<MoveView>(queryKey)
  return {
    queryClient,
    trpc,
    queryKey,
    shown,
    tell: (told: MoveView) => patchCache({ queryClient, trpc }, { kind: 'move.progressed', move: told }),
  }
}

describe('figures of a move', () => {
  it('go where somebody looks at it, and nowhere else', () => {
    const { queryClient, queryKey, shown, tell } = openCache()
    tell(move(1))
    expect(queryClient.getQueryCache().getAll()).toEqual([])
    queryClient.setQueryData<MoveView>(queryKey, move(null))
    tell(move(1))
    expect(shown()?.progress?.transferredBytes).toBe(1)
  })

  it('never go back in time, nor behind the report', () => {
    expect(newerMove(move(3), move(2))).toEqual(move(3))
    expect(newerMove(move(3), move(null))).toEqual(move(3))
    expect(newerMove(move(3), move(4))).toEqual(move(4))
    expect(newerMove(move(3, true), move(9))).toEqual(move(3, true))
    expect(newerMove(move(9), move(3, true))).toEqual(move(3, true))
  })

  it('are read again when the move has ended, since the last may have been missed', () => {
    const { queryClient, trpc, queryKey } = openCache()
    queryClient.setQueryData<MoveView>(queryKey, move(5))
    const operation = operationViewSchema.parse({
      operationId,
      kind: 'vm.migrate',
      title: 'Move web to b',
      status: 'running',
      target: { vmId, imageId: null, hostId: null, name: 'web' },
      actor: { userId: null, name: 'ada', via: 'session' },
      phase: null,
      progress: null,
      progressText: null,
      error: null,
      isCancellable: true,
      createdAt: '2026-11-23T04:00:00Z',
      startedAt: null,
      endedAt: null,
      steps: [],
    })
    const isInvalid = () => queryClient.getQueryState(queryKey)?.isInvalidated
    patchCache({ queryClient, trpc }, { kind: 'operation.changed', operation })
    expect(isInvalid()).toBe(false)
    patchCache({ queryClient, trpc }, { kind: 'operation.changed', operation: { ...operation, status: 'failed' } })
    expect(isInvalid()).toBe(true)
  })
})
