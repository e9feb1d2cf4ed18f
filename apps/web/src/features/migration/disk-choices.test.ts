import { newUuid, volumeIdSchema } from '@berth/core/ids/ids'
import type { DiskPlan, DiskPoolChoice } from '@berth/core/migration/disk-plan'
import { describe, expect, it } from 'vitest'
import {
  choiceHint,
  choiceText,
  diskWishes,
  earlyText,
  overfullText,
  travelBytes,
  travellingRows,
} from './disk-choices.ts'

const GiB = 1024 ** 3
const choice = (pool: string, freeGiB: number, change: Partial<DiskPoolChoice> = {}): DiskPoolChoice => ({
  ...{ pool, freeBytes: freeGiB * GiB, needBytes: 2 * GiB, isFlattened: false, sentImageBytes: 0, refusal: null },
  ...change,
})
const known = (number: number) => ({
  ...{ volumeId: volumeIdSchema.parse(newUuid()), number, pool: 'default', sizeBytes: 10 * GiB },
})
const travelling = (number: number, choices = [choice('default', 3), choice('fast', 9)]): DiskPlan => ({
  ...{ ...known(number), kind: 'travels', targetPool: 'default', needBytes: 2 * GiB, choices },
  ...{ format: 'qcow2', base: { kind: 'none' }, isFlattened: false, sentImageBytes: 0 },
})
const staying: DiskPlan = { ...known(1), kind: 'stays' }

describe('the pools of disks that travel', () => {
  const [first, second] = [travelling(2), travelling(3)]
  const plans = [staying, first, second]

  it('are those of the plan until another one is chosen', () => {
    expect(travellingRows(plans, {}).map(({ choice: { pool } }) => pool)).toEqual(['default', 'default'])
    const rows = travellingRows(plans, { [second.volumeId]: 'fast', [staying.volumeId]: 'fast' })
    expect(diskWishes(rows)).toEqual([
      { volumeId: first.volumeId, pool: 'default' },
      { volumeId: second.volumeId, pool: 'fast' },
    ])
    expect(travelBytes(rows)).toBe(4 * GiB)
  })

  it('fall back to the plan where the host has no such pool any more', () => {
    expect(diskWishes(travellingRows([first], { [first.volumeId]: 'gone' }))).toEqual([
      { volumeId: first.volumeId, pool: 'default' },
    ])
  })

  it('must have room for all that are chosen for one', () => {
    expect(overfullText(travellingRows(plans, {}))).toBe(
      'Disks 2 and 3 take 4 GiB together; pool default has 3 GiB free.',
    )
    expect(overfullText(travellingRows(plans, { [second.volumeId]: 'fast' }))).toBeNull()
  })

  it('go with no policy that lets the machine come first', () => {
    expect(earlyText(travellingRows(plans, {}), 'post-copy')).toMatch(/choose a policy that does not switch early/)
    expect(earlyText(travellingRows(plans, {}), 'slow-down')).toBeNull()
    expect(earlyText(travellingRows([staying], {}), 'post-copy')).toBeNull()
  })

  it('are none where all stay', () => {
    expect(travelBytes(travellingRows([staying], {}))).toBeNull()
  })
})

it('says what a disk takes, and that one without its image comes as a whole', () => {
  expect(choiceText(choice('fast', 9))).toBe('Takes about 2 GiB of 9 GiB free there.')
  expect(choiceText(choice('fast', 9, { isFlattened: true }))).toMatch(/comes as a whole, and shares no blocks/)
  expect([choiceHint(choice('fast', 9)), choiceHint(choice('fast', 9, { isFlattened: true }))]).toEqual([
    '9 GiB free',
    '9 GiB free · as a whole',
  ])
})
