import fc from 'fast-check'
import { expect, it } from 'vitest'
import { newUuid, operationIdSchema } from '@berth/core/ids/ids'
import { JournalIndex, type JournalRecord } from './journal-record.ts'

const operations = [newUuid(1), newUuid(2)].map((id) => operationIdSchema.parse(id))
const key = fc.record({
  operationId: fc.constantFrom(...operations),
  step: fc.constantFrom('a', 'b'),
  attempt: fc.integer({ min: 1, max: 2 }),
})
const at = fc.constantFrom('2026-01-01T00:00:00.000Z', '2026-06-01T00:00:00.000Z')
const record: fc.Arbitrary<JournalRecord> = fc.oneof(
  fc.record({ type: fc.constant('started' as const), key, epoch: fc.nat(5), command: fc.constant('vm.start'), at }),
  fc.record({ type: fc.constant('claimed' as const), key, epoch: fc.nat(5), at }),
  fc.record({ type: fc.constant('ended' as const), key, at, report: fc.constant({ status: 'interrupted' as const }) }),
)

const indexOf = (records: Iterable<JournalRecord>): JournalIndex => {
  const index = new JournalIndex()
  for (const each of records) index.apply(each)
  return index
}

it('never lets an epoch fall, and never changes an end', () => {
  fc.assert(
    fc.property(fc.array(record), (records) => {
      const index = new JournalIndex()
      for (const each of records) {
        const before = { epoch: index.epochOf(each.key.operationId), report: index.get(each.key)?.report }
        index.apply(each)
        expect(index.epochOf(each.key.operationId)).toBeGreaterThanOrEqual(before.epoch)
        if (before.report?.status === 'interrupted') expect(index.get(each.key)?.report).toBe(before.report)
      }
    }),
  )
})

it('says the same after it was written down in short', () => {
  fc.assert(
    fc.property(fc.array(record), (records) => {
      const index = indexOf(records)
      const short = indexOf(index.records())
      for (const { key: each } of records) {
        expect(short.get(each)).toEqual(index.get(each))
        if (index.get(each) !== undefined) expect(short.epochOf(each.operationId)).toBe(index.epochOf(each.operationId))
      }
    }),
  )
})

it('forgets old operations as a whole, and none that runs', () => {
  fc.assert(
    fc.property(fc.array(record), (records) => {
      const index = indexOf(records)
      const running = index.running().length
      index.forgetBefore('2026-03-01T00:00:00.000Z')
      expect(index.running()).toHaveLength(running)
    }),
  )
})
