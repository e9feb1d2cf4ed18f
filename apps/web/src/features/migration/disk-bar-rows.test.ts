import { newUuid, volumeIdSchema } from '@berth/core/ids/ids'
import { movedDiskSchema } from '@berth/core/migration/disk-plan'
import { moveProgressSchema, moveReportSchema } from '@berth/core/migration/move-progress'
import { describe, expect, it } from 'vitest'
import { diskBarRows, diskBarsText } from './disk-bar-rows.ts'

const MiB = 1024 ** 2
const volumeId = volumeIdSchema.parse(newUuid())
const disk = movedDiskSchema.parse({
  ...{ volumeId, number: 2, fromPool: 'default', pool: 'fast', format: 'qcow2', sizeBytes: 1024 * MiB },
  ...{ base: { kind: 'none' }, needBytes: 300 * MiB },
})
const progress = (doneBytes: number, totalBytes: number, isReady: boolean) =>
  moveProgressSchema.parse({
    ...{ at: '2026-11-23T03:05:00.000Z', phase: 'disks', elapsedMs: 0, totalBytes: 0, transferredBytes: 0 },
    ...{ remainingBytes: 0, throughputBytesPerSecond: 0, dirtyBytesPerSecond: null, expectedDowntimeMs: null },
    ...{ downtimeLimitMs: 100, throttlePercent: 0, passes: [] },
    disks: [{ volumeId, doneBytes: doneBytes * MiB, totalBytes: totalBytes * MiB, isReady }],
  })
const report = moveReportSchema.parse({
  ...{ totalMs: 1, downtimeMs: 1, pauseMs: 1, transferredBytes: 1, passes: [] },
  disks: [{ volumeId, pool: 'fast', format: 'qcow2', source: { kind: 'blank' }, sentBytes: 310 * MiB }],
})
const row = (figures: Partial<Parameters<typeof diskBarRows>[0]>) =>
  diskBarRows({ disks: [disk], progress: null, report: null, ...figures })[0]

describe('the bar of a disk', () => {
  it('begins with what is expected, grows with what is sent, and ends with what was', () => {
    expect(row({})).toEqual({
      ...{ volumeId, name: 'Disk 2', way: 'default → fast' },
      ...{ share: null, isReady: false, text: 'about 300 MiB' },
    })
    expect(row({ progress: progress(75, 300, false) })).toMatchObject({ share: 0.25, text: '75 MiB of 300 MiB' })
    expect(row({ progress: progress(300, 305, true) })).toMatchObject({ share: 1, isReady: true })
    expect(row({ progress: progress(300, 305, true), report })).toMatchObject({ share: 1, text: '310 MiB copied' })
  })

  it('is full for an empty disk', () => {
    expect(row({ progress: progress(0, 0, false) })?.share).toBe(1)
  })

  it('is none of a move that takes no disk along', () => {
    expect(diskBarRows({ disks: [], progress: null, report: null })).toEqual([])
  })
})

it('says what the bars mean, and nothing once it is over or has not begun', () => {
  const text = (now: ReturnType<typeof progress> | null, ended: typeof report | null = null) =>
    diskBarsText(diskBarRows({ disks: [disk], progress: now, report: ended }), {
      disks: [disk],
      progress: now,
      report: ended,
    })
  expect(text(progress(75, 300, false))).toMatch(/a total may grow\.$/)
  expect(text(progress(75, 900, false))).toMatch(/Empty blocks count, too/)
  expect(text(progress(300, 300, true))).toMatch(/^Both sides are the same/)
  expect([text(null), text(progress(300, 300, true), report)]).toEqual([null, null])
})
