import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hostIdSchema, imageIdSchema, newUuid } from '@berth/core/ids/ids'
import { expect, it } from 'vitest'
import { PoolLayout } from './pool-layout.ts'
import { sweepPool } from './sweep-pool.ts'

it('removes what is unfinished, and nothing that is finished or may be in use', async () => {
  const root = mkdtempSync(join(tmpdir(), 'berth-sweep-'))
  const layout = new PoolLayout(root)
  await layout.create()
  const newImageId = () => imageIdSchema.parse(newUuid())
  const [known, broken, used] = [newImageId(), newImageId(), newImageId()]
  const kept = [
    ...[layout.image(known), layout.imageFacts(known), layout.image(used)],
    ...[join(layout.incoming, 'tiny.qcow2'), join(layout.volumes, 'machine', 'disk.qcow2')],
    join(layout.trash, '1000-disk.qcow2'),
  ]
  const left = [
    ...[layout.image(broken), `${layout.image(broken)}.part`, `${layout.imageFacts(known)}.part`],
    ...[layout.download(broken), join(layout.volumes, 'machine', 'other.raw.part')],
    ...[join(layout.volumes, '.direct-io-12'), join(layout.volumes, 'half', 'disk.qcow2.part')],
  ]
  mkdirSync(join(layout.volumes, 'machine'))
  mkdirSync(join(layout.volumes, 'half'))
  for (const path of [...kept, ...left]) writeFileSync(path, 'x')

  const removed = await sweepPool(layout, new Set([used]))
  expect(removed.sort()).toEqual([...left, join(layout.volumes, 'half')].sort())
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  expect(files.map(({ parentPath, name }) => join(parentPath, name)).sort()).toEqual(kept.sort())
  expect(await sweepPool(layout, new Set([used]))).toEqual([])
  rmSync(root, { recursive: true })
})

it("takes from a shared pool only what bears this host's id", async () => {
  const root = mkdtempSync(join(tmpdir(), 'berth-sweep-'))
  const newHostId = () => hostIdSchema.parse(newUuid())
  const [own, other] = [new PoolLayout(root, newHostId()), new PoolLayout(root, newHostId())]
  for (const layout of [own, other]) await layout.create()
  const [imageId, newImage] = [imageIdSchema.parse(newUuid()), imageIdSchema.parse(newUuid())]
  mkdirSync(join(root, 'volumes', 'machine'))
  mkdirSync(join(root, 'volumes', 'just made by the other'))
  const volume = join(root, 'volumes', 'machine', 'disk.qcow2')
  const halfDone = (layout: PoolLayout): string[] => [
    ...[layout.part(layout.image(imageId)), layout.part(volume), layout.download(imageId)],
    join(layout.volumes, `.direct-io-${layout.hostId ?? ''}`),
  ]
  // An image without facts: the other host is about to write them.
  for (const path of [...halfDone(own), ...halfDone(other), own.image(newImage), volume]) writeFileSync(path, 'x')

  expect((await sweepPool(own, new Set())).sort()).toEqual(halfDone(own).sort())
  for (const path of [...halfDone(other), own.image(newImage), volume]) expect(existsSync(path)).toBe(true)
  expect(existsSync(join(root, 'volumes', 'just made by the other'))).toBe(true)
  rmSync(root, { recursive: true })
})
