import { hostIdSchema, newUuid, operationIdSchema } from '@berth/core/ids/ids'
import { expect, it } from 'vitest'
import { ownershipOf } from './move-owner.ts'

const hostId = hostIdSchema.parse(newUuid())
const moveId = operationIdSchema.parse(newUuid())
const nothing = { record: undefined, incoming: undefined, moved: undefined }
const given = {
  ...{ moveId, hostId, address: '192.0.2.1', port: 7443, token: 'f'.repeat(64), epoch: 5, isRunning: true },
  comesEarly: false,
  disks: [],
  at: '2026-11-23T03:00:00.000Z',
}

it('says of a machine whose it is by the records alone', () => {
  expect(ownershipOf(nothing)).toEqual({ kind: 'unknown' })
  expect(ownershipOf({ ...nothing, record: { epoch: 4, given: null } })).toEqual({ kind: 'mine', epoch: 4 })
  expect(ownershipOf({ ...nothing, incoming: { epoch: 5, moveId } })).toEqual({ kind: 'waiting', epoch: 5, moveId })
  expect(ownershipOf({ ...nothing, moved: { epoch: 5, hostId } })).toEqual({
    ...{ kind: 'given', epoch: 5, hostId, isTaken: true },
  })
})

it('never says mine of what was given, and taken only once the other host said so', () => {
  const record = { epoch: 4, given }
  const said = { kind: 'given', epoch: 5, hostId }
  expect(ownershipOf({ ...nothing, record })).toEqual({ ...said, isTaken: false })
  expect(ownershipOf({ ...nothing, record, moved: { epoch: 3, hostId } })).toEqual({ ...said, isTaken: false })
  expect(ownershipOf({ ...nothing, record, moved: { epoch: 5, hostId } })).toEqual({ ...said, isTaken: true })
})

it('goes by the record of a machine that came back, whatever was noted when it left', () => {
  const back = { record: { epoch: 6, given: null }, incoming: undefined, moved: { epoch: 5, hostId } }
  expect(ownershipOf(back)).toEqual({ kind: 'mine', epoch: 6 })
  expect(ownershipOf({ ...back, record: undefined, incoming: { epoch: 6, moveId } })).toMatchObject({ kind: 'waiting' })
})
