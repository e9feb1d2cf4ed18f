/**
 * Where things lie in a pool of type directory. Names are made of ids alone, never of what a user typed.
 *
 *   images/<imageId>.qcow2    read-only, shared by the machines made from it   + .json (what is known of it)
 *   images/<imageId>.iso      a disc as it came, read-only; the same facts beside it
 *   volumes/<vmId>/<volumeId>.<format>    belong to one machine and its unprivileged user
 *   trash/<ms>-<volumeId>.<format>        deleted volumes, kept for a day
 *   incoming/                 downloads and files put there by the launcher; swept when nobody works on them
 *
 * In a shared pool what is one host's alone bears that host's id: its half-done files (`….<hostId>.part`), its trash
 * (trash/<hostId>/) and its downloads (incoming/<hostId>/). volumes/<vmId>/owner.json says whose the machine is.
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { HostId, ImageId, VmId, VolumeId } from '@berth/core/ids/ids'
import type { DiskFormat } from '@berth/core/storage/volume'

export class PoolLayout {
  readonly root: string
  /** This host in a shared pool; null in a pool of its own. */
  readonly hostId: HostId | null
  readonly images: string
  readonly volumes: string
  readonly trash: string
  readonly incoming: string

  constructor(root: string, hostId: HostId | null = null) {
    this.root = root
    this.hostId = hostId
    this.images = join(root, 'images')
    this.volumes = join(root, 'volumes')
    this.trash = join(root, 'trash', hostId ?? '')
    this.incoming = join(root, 'incoming', hostId ?? '')
  }

  /**
   * Folders that a machine's user must pass on the way to its disk are 0711: to be passed, not to be listed. The root of a
   * shared pool is never made: where it is missing, its file system is not mounted.
   */
  async create(): Promise<void> {
    if (this.hostId === null) await mkdir(this.root, { recursive: true, mode: 0o711 })
    for (const folder of [this.images, this.volumes]) await makeFolder(folder, 0o711)
    for (const name of ['trash', 'incoming']) await makeFolder(join(this.root, name), 0o700)
    for (const folder of [this.trash, this.incoming]) await makeFolder(folder, 0o700)
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

  /** What `path` is called until it is whole. */
  part(path: string): string {
    return `${path}${this.partSuffix}`
  }

  get partSuffix(): string {
    return this.hostId === null ? '.part' : `.${this.hostId}.part`
  }
}

/** Not `recursive`, which would make the parents of a directory that is not mounted. */
async function makeFolder(path: string, mode: number): Promise<void> {
  try {
    await mkdir(path, { mode })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
}
