import { expect, it } from 'vitest'
import type { MoveOwnership } from '@berth/core/agent-contract/move-commands'
import { hostIdSchema, newUuid, operationIdSchema } from '@berth/core/ids/ids'
import { outcomeOf, requireMoved } from './move-ownership.ts'

const hostId = hostIdSchema.parse(newUuid())
const mine = (epoch: number): MoveOwnership => ({ kind: 'mine', epoch })
const given = (isTaken: boolean): MoveOwnership => ({ kind: 'given', epoch: 2, hostId, isTaken })
const waiting: MoveOwnership = { kind: 'waiting', epoch: 2, moveId: operationIdSchema.parse(newUuid()) }
const unknown: MoveOwnership = { kind: 'unknown' }

it.each<[MoveOwnership | null, MoveOwnership | null, object]>([
  [given(true), mine(2), { kind: 'moved', epoch: 2 }],
  [given(false), mine(2), { kind: 'moved', epoch: 2 }],
  [null, mine(2), { kind: 'moved', epoch: 2 }],
  [given(true), null, { kind: 'moved', epoch: 2 }],
  [mine(1), waiting, { kind: 'stayed', epoch: 1 }],
  [mine(3), unknown, { kind: 'stayed', epoch: 3 }],
  [mine(1), null, { kind: 'stayed', epoch: 1 }],
  [given(false), waiting, { kind: 'undecided' }],
  [given(false), null, { kind: 'undecided' }],
  [null, waiting, { kind: 'undecided' }],
  [null, null, { kind: 'undecided' }],
  [mine(1), mine(2), { kind: 'twoOwners' }],
])('source %o, target %o: %o', (source, target, outcome) => {
  expect(outcomeOf({ source, target })).toEqual(outcome)
})

it('asks again what is undecided, and takes nothing else for moved', () => {
  expect(requireMoved({ source: null, target: mine(2) })).toBe(2)
  expect(() => requireMoved({ source: given(false), target: null })).toThrow(
    expect.objectContaining({ code: 'OPERATION_INTERRUPTED' }),
  )
  expect(() => requireMoved({ source: mine(1), target: mine(2) })).toThrow(/Both hosts say/)
  expect(() => requireMoved({ source: mine(1), target: unknown })).toThrow(/still its own/)
})
