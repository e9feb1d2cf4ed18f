/**
 * Where things lie in a pool of type directory. Names are made of ids alone, never of what a user typed.
 *
 *   images/<imageId>.qcow2    read-only, shared by the machines made from it   + .json (what is known of it)
 *   images/<imageId>.iso      a disc as it came, read-only; the same facts beside it
 *   volumes/<vmId>/<volumeId>.<format>    belong to one machine and its unprivileged user
 *   trash/<ms>-<volumeId>.<format>        deleted volumes, kept for a day
 *   incoming/                 downloads and files put there by the launcher; swept when nobody works on them
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { ImageId, VmId, VolumeId } from '@berth/core/ids/ids'
import type { DiskFormat } from '@berth/core/storage/volume'

export class PoolLayout {
  readonly root: string
  readonly images: string
  readonly volumes: string
  readonly trash: string
  readonly incoming: string

  constructor(root: string) {
    this.root = root
    this.images = join(root, 'images')
    this.volumes = join(root, 'volumes')
    this.trash = join(root, 'trash')
    this.incoming = join(root, 'incoming')
  }

  /** Folders that a machine's user must pass on the way to its disk are 0711: to be passed, not to be listed. */
  async create(): Promise<void> {
    await mkdir(this.root, { recursive: true, mode: 0o711 })
    await mkdir(this.images, { recursive: true, mode: 0o711 })
    await mkdir(this.volumes, { recursive: true, mode: 0o711 })
    await mkdir(this.trash, { recursive: true, mode: 0o700 })
    await mkdir(this.incoming, { recursive: true, mode: 0o700 })
  }

  image(imageId: ImageId): string {
    return join(this.images, `${imageId}.qcow2`)
  }

  iso(imageId: ImageId): string {
    return join(this.images, `${imageId}.iso`)
  }

  imageFacts(imageId: ImageId): string {
    return join(this.images, `${imageId}.json`)
  }

  vmFolder(vmId: VmId): string {
    return join(this.volumes, vmId)
  }

  volume(vmId: VmId, volumeId: VolumeId, format: DiskFormat): string {
    return join(this.vmFolder(vmId), `${volumeId}.${format}`)
  }

  trashed(volumeId: VolumeId, format: DiskFormat, nowMs: number): string {
    return join(this.trash, `${nowMs}-${volumeId}.${format}`)
  }

  download(imageId: ImageId): string {
    return join(this.incoming, `${imageId}.download`)
  }
}
