import { expect, it } from 'vitest'
import { newUuid, vmIdSchema } from './ids.ts'

it('makes UUIDv7 that sort by time', () => {
  const ids = [1, 2, 1_000, 1_700_000_000_000, 1_700_000_000_001].map((ms) => newUuid(ms))
  for (const id of ids) expect(vmIdSchema.parse(id)[14]).toBe('7')
  expect([...ids].sort()).toEqual(ids)
  expect(new Set(Array.from({ length: 1_000 }, () => newUuid(5))).size).toBe(1_000)
})
