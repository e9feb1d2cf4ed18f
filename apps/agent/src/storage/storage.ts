/** The storage of one host: its pools, the images and volumes in them. One pool, "default", for now. */
import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '@berth/core/errors/app-error'
import type { ImageId } from '@berth/core/ids/ids'
import type { PoolObservation } from '@berth/core/storage/volume'
import type { VmSpec } from '@berth/core/vm/vm-spec'
import { publishFile } from './durable-files.ts'
import { ImageStore, fileExists } from './image-store.ts'
import { PoolLayout } from './pool-layout.ts'
import { spaceOf } from './pool-space.ts'
import { PoolTrash } from './pool-trash.ts'
import { supportsDirectIo } from './qemu-img.ts'
import { sweepPool } from './sweep-pool.ts'
import { VolumeStore } from './volume-store.ts'

export const defaultPool = 'default'

export interface Storage {
  readonly images: ImageStore
  readonly volumes: VolumeStore
  readonly trash: PoolTrash
  /**
   * What a dead agent left half done; before commands are taken. `specs` are those of all machines, or 'unknown' where a
   * record cannot be read. Returns the paths removed.
   */
  sweep(specs: readonly VmSpec[] | 'unknown'): Promise<string[]>
  /** Whether disks of the pool may be opened with cache=none. */
  readonly hasDirectIo: boolean
  /** `specs` are those of all machines of this host: their disks are what the pool is committed to. */
  observePools(specs: readonly VmSpec[]): Promise<PoolObservation[]>
  requirePool(name: string): void
}

/** Opens the pool under `<dataDir>/pools/default`, making it where it is missing. */
export async function createStorage(options: { dataDir: string; mayReachLoopback: boolean }): Promise<Storage> {
  const layout = new PoolLayout(join(options.dataDir, 'pools', defaultPool))
  await layout.create()
  const trash = new PoolTrash(layout)
  const images = new ImageStore(layout, { trash, mayReachLoopback: options.mayReachLoopback })
  const volumes = new VolumeStore(layout, images, trash)
  const hasDirectIo = await supportsDirectIo(layout.volumes)
  return {
    images,
    volumes,
    trash,
    hasDirectIo,
    sweep: (specs) => sweepPool(layout, specs === 'unknown' ? specs : usedImages(specs)),
    requirePool: (name) => {
      if (name !== defaultPool) throw new AppError('OBJECT_NOT_FOUND', `This host has no pool "${name}".`)
    },
    observePools: async (specs) => [
      {
        name: defaultPool,
        path: layout.root,
        ...(await spaceOf(layout.root)),
        committedBytes: specs.flatMap((spec) => spec.disks).reduce((sum, disk) => sum + disk.sizeBytes, 0),
        supportsDirectIo: hasDirectIo,
      },
    ],
  }
}

const usedImages = (specs: readonly VmSpec[]): Set<ImageId> =>
  new Set(
    specs.flatMap(({ disks, cdrom }) => [
      ...disks.flatMap(({ source }) => (source.kind === 'image' ? [source.imageId] : [])),
      ...(cdrom?.imageId ? [cdrom.imageId] : []),
    ]),
  )

/** A machine's own copy of the firmware's variable store, made once: it holds the guest's boot entries. */
export async function prepareNvram(templatePath: string, path: string): Promise<void> {
  if (await fileExists(path)) return
  await copyFile(templatePath, `${path}.part`)
  await publishFile(`${path}.part`, path)
}
