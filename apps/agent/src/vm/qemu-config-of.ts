/** A machine's spec as QEMU's config. Pure: paths, backends and what the host can come from outside. */
import type { ImageId, VmId } from '@berth/core/ids/ids'
import type { DiskSpec } from '@berth/core/storage/volume'
import type { VmSpec } from '@berth/core/vm/vm-spec'
import type { NicBackend } from '../network/networks.ts'
import { cdromName, discNodeName } from '../qemu/argv-disks.ts'
import {
  defaultCpuModel,
  type QemuCdrom,
  type QemuConfig,
  type QemuDisk,
  type QemuFirmware,
} from '../qemu/qemu-config.ts'
import type { RunDirPaths } from '../qemu/run-dir.ts'

export interface MachineParts {
  vmId: VmId
  spec: VmSpec
  paths: RunDirPaths
  acceleration: 'kvm' | 'tcg'
  firmware: QemuFirmware
  /** Whether disks in that pool may be opened with cache=none. */
  isDirect: (pool: string) => boolean
  volumePath: (disk: DiskSpec) => string
  /** The image as it lies in that pool: an overlay and its base are in one. */
  imagePath: (imageId: ImageId, pool: string) => string
  /** The file of the disc in its drive; null for an empty drive, and where there is none. */
  discPath: string | null
  /** In the order of `spec.nics`. */
  backends: readonly NicBackend[]
  /** The cloud-init disc, or null where the machine has none. */
  seedDiscPath: string | null
}

export function qemuConfigOf(parts: MachineParts): QemuConfig {
  const { spec, backends } = parts
  return {
    vmId: parts.vmId,
    vcpus: spec.vcpus,
    memoryBytes: spec.memoryBytes,
    machineType: spec.machineType,
    acceleration: parts.acceleration,
    cpuModel: defaultCpuModel(parts.acceleration),
    firmware: parts.firmware,
    disks: spec.disks.map((disk, index) => diskOf(parts, disk, index)),
    cdroms: cdromsOf(parts),
    nics: spec.nics.map(({ nicId, mac }, index) => ({ nicId, mac, backend: backends[index] ?? { kind: 'user' } })),
    paths: parts.paths,
    hasScreen: spec.hasScreen,
  }
}

/**
 * The machine's own drive boots after its disks: a blank disk falls through to the disc, and once a system is installed on it
 * the same disc does not start its installer again. It sits on SATA, where every installer looks; cloud kernels look for
 * their seed on virtio.
 */
function cdromsOf({ spec, seedDiscPath, discPath }: MachineParts): QemuCdrom[] {
  const seed: QemuCdrom[] = seedDiscPath === null ? [] : [{ path: seedDiscPath, bus: 'virtio-scsi' }]
  if (spec.cdrom === null) return seed
  const { imageId } = spec.cdrom
  const disc = imageId === null ? { path: null } : { path: discPath, nodeName: discNodeName(imageId) }
  return [...seed, { ...disc, name: cdromName, bus: 'sata', bootIndex: spec.disks.length + 1 }]
}

/** As QEMU is given one disk. */
export function diskOf(
  parts: Pick<MachineParts, 'volumePath' | 'isDirect' | 'imagePath'>,
  disk: DiskSpec,
  index: number,
): QemuDisk {
  const base = {
    volumeId: disk.volumeId,
    path: parts.volumePath(disk),
    isDirect: parts.isDirect(disk.pool),
    bootIndex: index + 1,
  }
  if (disk.format === 'raw') return { ...base, format: 'raw' }
  const { source } = disk
  const isOverlay = source.kind === 'image' && source.mode === 'overlay'
  // Images are qcow2 in the pool, whatever they came as: import converts them.
  return {
    ...base,
    format: 'qcow2',
    backing: isOverlay ? { path: parts.imagePath(source.imageId, disk.pool), format: 'qcow2' } : null,
  }
}
