import { imageHintsSchema, imageViewSchema, type ImageView } from '@berth/core/image/image'
import { newUuid } from '@berth/core/ids/ids'
import { GiB } from '@berth/core/units/bytes'
import { expect, it } from 'vitest'
import { emptyForm, readForm, writeForm } from './create-form.ts'
import { startingForm, withWantedImage } from './starting-form.ts'

const imageOf = (name: string, change: Partial<ImageView> = {}): ImageView =>
  imageViewSchema.parse({
    ...{ imageId: newUuid(), name, kind: 'disk', state: 'ready', format: 'qcow2' },
    ...{ virtualBytes: GiB, allocatedBytes: GiB, hints: imageHintsSchema.parse({}), vmCount: 0, overlayVmCount: 0 },
    ...{ sourceUrl: null, checksum: null, createdAt: '2026-11-22T10:00:00Z', operationId: null },
    ...change,
  })
const [newest, other] = [imageOf('newest'), imageOf('other', { virtualBytes: 40 * GiB })]
const failed = imageOf('failed', { state: 'failed' })
const materials = { images: [newest, other, failed], networks: [], hosts: [], savedKeys: [] }
const kept = readForm(writeForm({ ...emptyForm, name: 'draft-1', imageId: newest.imageId, firmware: 'uefi' }))

it('lets the image of the address win over the one of a kept draft, and keeps the rest', () => {
  const wanted = { ...kept, imageId: other.imageId, diskGiB: 40, firmware: null }
  expect(withWantedImage(kept, materials, other.imageId)).toEqual(wanted)
})

it('keeps the draft as it is where the address names none, its own, or one that no machine can be made of', () => {
  for (const imageId of [null, newest.imageId, failed.imageId, newUuid()]) {
    expect(withWantedImage(kept, materials, imageId)).toEqual(kept)
  }
})

it('begins a fresh form with the image of the address', () => {
  expect(startingForm(emptyForm, materials, other.imageId)).toMatchObject({ imageId: other.imageId, diskGiB: 40 })
  expect(startingForm(emptyForm, materials, failed.imageId)).toMatchObject({ imageId: newest.imageId })
})
