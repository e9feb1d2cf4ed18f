import { newUuid, volumeIdSchema } from '@berth/core/ids/ids'
import { diskPoolChoiceSchema } from '@berth/core/migration/disk-plan'
import { GiB, MiB } from '@berth/core/units/bytes'
import { describe, expect, it } from 'vitest'
import { effectText, firstChoice, roomText, usedText } from './disk-words.ts'

const choice = diskPoolChoiceSchema.parse({
  ...{ pool: 'fast', freeBytes: 10 * GiB, needBytes: GiB, isFlattened: false, refusal: null },
})

describe('a disk that goes into another pool', () => {
  it('says what it takes there and what becomes of the machine', () => {
    expect(roomText(choice)).toBe('Takes about 1 GiB of 10 GiB free')
    expect(effectText(choice, { isOn: true })).toBe('The machine runs on meanwhile.')
    expect(effectText({ ...choice, sentImageBytes: 300 * MiB }, { isOn: false })).toMatch(
      /^Its image, 300 MiB, is copied there first\. The machine stays off/,
    )
  })

  it('says what it takes where it is, once its host has seen it', () => {
    const volumeId = volumeIdSchema.parse(newUuid())
    expect(usedText({ volumes: [{ volumeId, virtualBytes: GiB, allocatedBytes: 300 * MiB }] }, { volumeId })).toBe(
      '300 MiB used',
    )
    expect(usedText({ volumes: [] }, { volumeId })).toBeNull()
  })

  it('begins with the roomiest pool that can take it', () => {
    const full = { ...choice, pool: 'full', freeBytes: 90 * GiB, refusal: 'It lies there already.' }
    const roomy = { ...choice, pool: 'roomy', freeBytes: 20 * GiB }
    expect(firstChoice([full, choice, roomy])?.pool).toBe('roomy')
    expect(firstChoice([full])).toBeUndefined()
  })
})
