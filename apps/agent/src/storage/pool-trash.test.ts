import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newUuid, volumeIdSchema } from '@berth/core/ids/ids'
import { MiB } from '@berth/core/units/bytes'
import { describe, expect, it } from 'vitest'
import { PoolLayout } from './pool-layout.ts'
import { reserveBytes } from './pool-space.ts'
import { PoolTrash } from './pool-trash.ts'

/** Three deleted disks of 1 MiB each, from the oldest to the newest, on a disk where only they take space. */
async function fullPool(freeBesideTrash: number) {
  const root = mkdtempSync(join(tmpdir(), 'berth-trash-'))
  const layout = new PoolLayout(root)
  await layout.create()
  const count = (): number => readdirSync(layout.trash).length
  const trash = new PoolTrash(layout, () => {
    const freeBytes = reserveBytes + freeBesideTrash - count() * MiB
    return Promise.resolve({ totalBytes: 1024 * MiB, freeBytes })
  })
  for (const sinceMs of [1_000, 2_000, 3_000]) {
    const path = join(layout.volumes, 'disk')
    writeFileSync(path, Buffer.alloc(MiB, 1))
    await trash.put(path, { volumeId: volumeIdSchema.parse(newUuid()), format: 'raw' }, sinceMs)
  }
  const ages = (): number[] =>
    readdirSync(layout.trash)
      .map((name) => Number(name.split('-')[0]))
      .sort()
  return { trash, ages, [Symbol.dispose]: () => rmSync(root, { recursive: true }) }
}

describe('the trash', () => {
  it('is left alone while there is room', async () => {
    using pool = await fullPool(10 * MiB)
    await pool.trash.makeRoom(7 * MiB)
    expect(pool.ages()).toEqual([1_000, 2_000, 3_000])
  })

  it('gives up its oldest disks, and no more than are needed', async () => {
    using pool = await fullPool(10 * MiB)
    await pool.trash.makeRoom(9 * MiB)
    expect(pool.ages()).toEqual([3_000])
  })

  it('keeps all when even they would not make the room', async () => {
    using pool = await fullPool(10 * MiB)
    await expect(pool.trash.makeRoom(11 * MiB)).rejects.toMatchObject({ code: 'POOL_FULL' })
    expect(pool.ages()).toEqual([1_000, 2_000, 3_000])
  })
})
