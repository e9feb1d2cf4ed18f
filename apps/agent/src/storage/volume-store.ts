/**
 * The machines' disks in one pool. A volume exists when its file has its real name; until then it is a `.part` that the
 * next attempt overwrites. Deleting moves it to the trash, where it stays a day; in a shared pool only its owner may.
 */
import { chmod, chown, mkdir, readdir } from 'node:fs/promises'
import { dirname, relative } from 'node:path'
import type { StepProgress } from '@berth/core/agent-contract/step-report'
import { AppError } from '@berth/core/errors/app-error'
import type { VmId, VolumeId } from '@berth/core/ids/ids'
import type { DiskFormat, DiskSpec, VolumeObservation } from '@berth/core/storage/volume'
import { MiB, formatBytes } from '@berth/core/units/bytes'
import { publishFile, removeFile } from './durable-files.ts'
import { fileExists, type ImageStore } from './image-store.ts'
import type { PoolLayout } from './pool-layout.ts'
import { allocatedBytes } from './pool-space.ts'
import type { PoolTrash } from './pool-trash.ts'
import { copyDisk, createDisk, resizeDisk } from './qemu-img.ts'
import { removeEmptyFolder } from './sweep-pool.ts'
import { volumeGroup } from './volume-group.ts'
import { claimVolumes, forgetOwner, isOwnFolder, requireOwnVolumes } from './volume-owner.ts'

export interface CreateVolumeRun {
  signal: AbortSignal
  onProgress: (progress: StepProgress) => void
}

/** What a fresh overlay takes, and room for the guest's first writes. */
const overlayBytes = 64 * MiB

export class VolumeStore {
  readonly #layout: PoolLayout
  readonly #images: ImageStore
  readonly #trash: PoolTrash

  constructor(layout: PoolLayout, images: ImageStore, trash: PoolTrash) {
    this.#layout = layout
    this.#images = images
    this.#trash = trash
  }

  path(vmId: VmId, disk: Pick<DiskSpec, 'volumeId' | 'format'>): string {
    return this.#layout.volume(vmId, disk.volumeId, disk.format)
  }

  /** In a shared pool the machine must have been claimed before. Idempotent: a volume that is here is left as it is. Throws SIZE_INVALID, IMAGE_NOT_FOUND, POOL_FULL. */
  async create(vmId: VmId, disk: DiskSpec, run: CreateVolumeRun): Promise<VolumeObservation> {
    const path = this.path(vmId, disk)
    if (!(await fileExists(path))) {
      if (this.#layout.hostId === null) await mkdir(dirname(path), { recursive: true, mode: 0o711 })
      await this.#fill(disk, path, run)
    }
    return this.observe(vmId, disk)
  }

  async #fill(disk: DiskSpec, path: string, run: CreateVolumeRun): Promise<void> {
    const partPath = this.#layout.part(path)
    await removeFile(partPath)
    try {
      await this.#write(disk, partPath, run)
      await chmod(partPath, 0o600)
      await publishFile(partPath, path)
    } catch (error) {
      await removeFile(partPath)
      throw error
    }
  }

  async #write(disk: DiskSpec, partPath: string, run: CreateVolumeRun): Promise<void> {
    const { source } = disk
    if (source.kind === 'blank') {
      await this.#trash.makeRoom(overlayBytes)
      return createDisk({ path: partPath, format: disk.format, sizeBytes: disk.sizeBytes })
    }
    const image = await this.#images.require(source.imageId)
    if (image.kind === 'iso') throw new AppError('INPUT_INVALID', 'A disk cannot be made from an ISO.')
    if (disk.sizeBytes < image.virtualBytes)
      throw new AppError(
        'SIZE_INVALID',
        `The disk has ${formatBytes(disk.sizeBytes)}, the image needs at least ${formatBytes(image.virtualBytes)}.`,
        { details: { sizeBytes: disk.sizeBytes, minimumBytes: image.virtualBytes } },
      )
    const imagePath = this.#layout.image(source.imageId)
    if (source.mode === 'overlay') {
      if (disk.format !== 'qcow2') throw new AppError('INPUT_INVALID', 'An overlay is always qcow2.')
      await this.#trash.makeRoom(overlayBytes)
      const backing = relative(dirname(partPath), imagePath)
      return createDisk({ path: partPath, format: 'qcow2', sizeBytes: disk.sizeBytes, backing })
    }
    await this.#trash.makeRoom(image.allocatedBytes)
    const onProgress = (share: number): void =>
      run.onProgress({ share, text: `Copying the image, ${Math.round(share * 100)} %` })
    await copyDisk({ from: imagePath, to: partPath, format: disk.format, signal: run.signal, onProgress })
    await resizeDisk(partPath, disk.format, disk.sizeBytes)
  }

  /** Grows a volume that no process uses. Shrinking would cut off data, so it is refused. */
  async resize(vmId: VmId, disk: DiskSpec, sizeBytes: number): Promise<void> {
    if (sizeBytes < disk.sizeBytes)
      throw new AppError(
        'SIZE_INVALID',
        `A disk of ${formatBytes(disk.sizeBytes)} cannot shrink to ${formatBytes(sizeBytes)}.`,
      )
    await resizeDisk(this.path(vmId, disk), disk.format, sizeBytes)
  }

  /** See volume-owner.ts; nothing in a pool of this host alone. Throws VOLUME_FOREIGN. */
  claim(vmId: VmId, epoch: number): Promise<void> {
    return claimVolumes(this.#layout, vmId, epoch)
  }

  /**
   * Lets the machine's QEMU open the disk, and nobody else. Needs root; without, it changes nothing. In a shared pool it
   * is a group's, the same on every host: during a move two QEMUs of different users have the disk, and the first one's
   * right must not be taken while it writes.
   */
  async grant(
    vmId: VmId,
    disk: Pick<DiskSpec, 'volumeId' | 'format'>,
    ids: { uid: number; gid: number },
  ): Promise<void> {
    if (process.getuid?.() !== 0) return
    const path = this.path(vmId, disk)
    if (this.#layout.hostId === null) return chown(path, ids.uid, ids.gid)
    await chown(path, 0, volumeGroup(vmId))
    await chmod(path, 0o660)
  }

  /** Idempotent; the file goes to the trash. `format` need not be known: whatever has the volume's id goes. Throws VOLUME_FOREIGN. */
  async delete(
    vmId: VmId,
    { volumeId, vmEpoch }: { volumeId: VolumeId; vmEpoch: number },
    nowMs: number = Date.now(),
  ): Promise<void> {
    const put = (path: string, format: DiskFormat) => this.#trash.put(path, { volumeId, format }, nowMs)
    await this.#takeAway(vmId, { volumeId, vmEpoch }, put)
  }

  /** As `delete`, and for good: for one that never held what anybody could miss. */
  async discard(vmId: VmId, volume: { volumeId: VolumeId; vmEpoch: number }): Promise<void> {
    await this.#takeAway(vmId, volume, removeFile)
  }

  async #takeAway(
    vmId: VmId,
    { volumeId, vmEpoch }: { volumeId: VolumeId; vmEpoch: number },
    put: (path: string, format: DiskFormat) => Promise<void>,
  ): Promise<void> {
    const formats: readonly DiskFormat[] = ['qcow2', 'raw']
    for (const format of formats) {
      const path = this.#layout.volume(vmId, volumeId, format)
      const isHere = await fileExists(path)
      if (isHere) await requireOwnVolumes(this.#layout, vmId, vmEpoch)
      await removeFile(this.#layout.part(path))
      if (isHere) await put(path, format)
    }
    await this.#clearFolder(vmId)
  }

  /** Goes with the last of the machine's disks. */
  async #clearFolder(vmId: VmId): Promise<void> {
    const folder = this.#layout.vmFolder(vmId)
    if (this.#layout.hostId !== null) {
      // Not another host's, which is about to make its first disk.
      if (!(await isOwnFolder(this.#layout, vmId))) return
      if ((await readdir(folder)).length > 1) return
      await forgetOwner(this.#layout, vmId)
    }
    await removeEmptyFolder(folder)
  }

  async observe(vmId: VmId, disk: Pick<DiskSpec, 'volumeId' | 'format' | 'sizeBytes'>): Promise<VolumeObservation> {
    return {
      volumeId: disk.volumeId,
      virtualBytes: disk.sizeBytes,
      allocatedBytes: await allocatedBytes(this.path(vmId, disk)),
    }
  }
}
