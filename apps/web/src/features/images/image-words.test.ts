import { describe, expect, it } from 'vitest'
import { imageHintsSchema } from '@berth/core/image/image'
import { imageDeleteRefusal, monogram, sourceText } from './image-words.ts'

describe('imageDeleteRefusal', () => {
  it('says why, in the order in which it matters', () => {
    const ready = { state: 'ready', vmCount: 0 } as const
    expect(imageDeleteRefusal({ image: ready, isAdmin: true })).toBeNull()
    expect(imageDeleteRefusal({ image: ready, isAdmin: false })).toMatch(/administrators/)
    expect(imageDeleteRefusal({ image: { ...ready, state: 'importing' }, isAdmin: true })).toMatch(/imported/)
    expect(imageDeleteRefusal({ image: { ...ready, vmCount: 1 }, isAdmin: true })).toMatch(/^1 machine is/)
    expect(imageDeleteRefusal({ image: { ...ready, vmCount: 3 }, isAdmin: true })).toMatch(/^3 machines are/)
    expect(imageDeleteRefusal({ image: { state: 'failed', vmCount: 0 }, isAdmin: true })).toBeNull()
  })
})

it('names images by two letters', () => {
  const hints = imageHintsSchema.parse({})
  expect(monogram({ name: 'x', hints: { ...hints, osName: 'Debian 12' } })).toBe('De')
  expect(monogram({ name: '9front', hints })).toBe('Fr')
  expect(monogram({ name: '42', hints })).toBe('?')
})

it('tells where an image is from', () => {
  expect(sourceText({ sourceUrl: 'https://cloud.debian.org/images/a.qcow2' })).toBe('cloud.debian.org')
  expect(sourceText({ sourceUrl: null })).toMatch(/file/)
})
