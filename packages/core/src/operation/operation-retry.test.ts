import { expect, it } from 'vitest'
import { newUuid, operationIdSchema } from '../ids/ids.ts'
import { operationStatuses } from './operation.ts'
import { retryRefusal } from './operation-retry.ts'

it('allows a retry of what ended without success, once', () => {
  const allowed = operationStatuses.filter((status) => retryRefusal({ status, retriedById: null }) === null)
  expect(allowed).toEqual(['failed', 'cancelled', 'interrupted'])
  const retriedById = operationIdSchema.parse(newUuid())
  for (const status of operationStatuses) expect(retryRefusal({ status, retriedById })).toMatch(/\.$/)
})
