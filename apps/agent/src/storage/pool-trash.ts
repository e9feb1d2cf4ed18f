/**
 * The pool's trash: deleted disks wait here for a day, or until their space is needed (docs/decisions/0006).
 *
 * Owner of its state: the files in `trash`, named by the time they came. What is thrown away for room goes oldest first
 * and no more than needed; nothing goes when even all of it would not make the room.
 */
import { readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { hasErrorCode } from '@berth/core/errors/app-error'
import type { VolumeId } from '@berth/core/ids/ids'
import type { DiskFormat } from '@berth/core/storage/volume'
import { isMissing, syncDirectory } from './durable-files.ts'
import type { PoolLayout } from './pool-layout.ts'
import { allocatedBytes, missingBytes, requireSpace, spaceOf, type Space } from './pool-space.ts'

interface TrashedFile {
  readonly path: string
  readonly sinceMs: number
}

export class PoolTrash {
  readonly #layout: PoolLayout
  readonly #spaceOf: (path: string) => Promise<Space>

  constructor(layout: PoolLayout, readSpace: (path: string) => Promise<Space> = spaceOf) {
    this.#layout = layout
    this.#spaceOf = readSpace
  }

  async put(path: string, volume: { volumeId: VolumeId; format: DiskFormat }, nowMs: number): Promise<void> {
    await rename(path, this.#layout.trashed(volume.volumeId, volume.format, nowMs))
    await syncDirectory(this.#layout.trash)
  }

  /** Removes for good what has been here longer than `keepMs`. Returns the number of volumes removed. */
  async empty(keepMs: number, nowMs: number = Date.now()): Promise<number> {
    const old = (await this.#files()).filter(({ sinceMs }) => nowMs - sinceMs > keepMs)
    for (const { path } of old) await rm(path, { force: true })
    return old.length
  }

  /** Returns when `neededBytes` fit beside the reserve. Throws POOL_FULL with the numbers, the trash untouched. */
  async makeRoom(neededBytes: number): Promise<void> {
    try {
      return requireSpace(await this.#space(), neededBytes)
    } catch (error) {
      if (!hasErrorCode(error, 'POOL_FULL')) throw error
      const files = await this.#files()
      const sizes = await Promise.all(files.map(({ path }) => allocatedOrNone(path)))
      const trashBytes = sizes.reduce((sum, bytes) => sum + bytes, 0)
      if (missingBytes(await this.#space(), neededBytes) > trashBytes) throw error
      for (const { path } of files) {
        await rm(path, { force: true })
        if (missingBytes(await this.#space(), neededBytes) === 0) return
      }
      requireSpace(await this.#space(), neededBytes)
    }
  }

  #space(): Promise<Space> {
    return this.#spaceOf(this.#layout.root)
  }

  /** Oldest first. */
  async #files(): Promise<TrashedFile[]> {
    const names = await readdir(this.#layout.trash)
    const files = names.map((name) => ({ path: join(this.#layout.trash, name), sinceMs: Number(name.split('-')[0]) }))
    return files.sort((a, b) => a.sinceMs - b.sinceMs)
  }
}

async function allocatedOrNone(path: string): Promise<number> {
  try {
    return await allocatedBytes(path)
  } catch (error) {
    if (isMissing(error)) return 0
    throw error
  }
}
