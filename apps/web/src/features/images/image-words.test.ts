import { describe, expect, it, test } from 'vitest'
import { hostIdSchema } from '@berth/core/ids/ids'
import { imageHintsSchema, type ImagePlaceView } from '@berth/core/image/image'
import { imageDeleteRefusal, imageLook, kindText, monogram, placesText, sourceText } from './image-words.ts'

describe('imageDeleteRefusal', () => {
  it('says why, in the order in which it matters', () => {
    const ready = { state: 'ready', overlayVmCount: 0, insertedVmCount: 0 } as const
    expect(imageDeleteRefusal({ image: ready, isAdmin: true })).toBeNull()
    expect(imageDeleteRefusal({ image: ready, isAdmin: false })).toMatch(/administrators/)
    expect(imageDeleteRefusal({ image: { ...ready, state: 'importing' }, isAdmin: true })).toMatch(/imported/)
    expect(imageDeleteRefusal({ image: { ...ready, overlayVmCount: 1 }, isAdmin: true })).toMatch(
      /^The disk of 1 machine lies.*delete it first$/,
    )
    expect(imageDeleteRefusal({ image: { ...ready, insertedVmCount: 2 }, isAdmin: true })).toMatch(
      /CD drive of 2 machines; eject it/,
    )
    expect(imageDeleteRefusal({ image: { ...ready, overlayVmCount: 3 }, isAdmin: true })).toMatch(
      /^The disks of 3 machines lie/,
    )
    expect(imageDeleteRefusal({ image: { ...ready, state: 'failed' }, isAdmin: true })).toBeNull()
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

it('does not call a cancelled import a failed one', () => {
  expect(imageLook('failed', 'failed').word).toBe('Import failed')
  expect(imageLook('failed', undefined).word).toBe('Import failed')
  expect(imageLook('failed', 'cancelled').word).toBe('Import cancelled')
  expect(imageLook('failed', 'interrupted').word).toBe('Import interrupted')
  expect(imageLook('importing', 'cancelled').word).toBe('Importing')
})

it('calls nothing a disk whose file was never read', () => {
  expect(kindText({ kind: 'disk', state: 'ready' })).toMatch(/^Disk/)
  expect(kindText({ kind: null, state: 'failed' })).toMatch(/not imported/)
  expect(kindText({ kind: null, state: 'importing' })).toMatch(/once it is here/)
})

test('where it lies names hosts, pools that are not their own, and what is the matter', () => {
  const place = (hostName: string, change: Partial<ImagePlaceView> = {}): ImagePlaceView => ({
    ...{
      hostId: hostIdSchema.parse('01990000-0000-7000-8000-000000000001'),
      hostName,
      pool: 'default',
      state: 'ready',
    },
    ...change,
  })
  const places = [place('host-a'), place('host-b', { state: 'lost' }), place('host-c', { pool: 'fast' })]
  expect(placesText(places)).toBe('host-a, host-b (file lost), host-c in pool fast')
})
