/** A machine that moves, as placement weighs it: what its process needs, and where its disks are. */
import type { ImageId, VolumeId } from '@berth/core/ids/ids'
import type { DiskFormat } from '@berth/core/storage/volume'
import type { MachineNeeds } from './room-rules.ts'

/** The image that an overlay shares blocks with. */
interface DiskImage {
  readonly imageId: ImageId
  /** Of its file; null: nobody knows, and no other file can be said to be the same. */
  readonly sha256: string | null
  /** Of its file. */
  readonly bytes: number
  readonly places: readonly { readonly hostId: string; readonly pool: string }[]
  /** Hosts that are online and can send it to another. */
  readonly senderHostIds: readonly string[]
}

export interface MovingDisk {
  readonly volumeId: VolumeId
  readonly format: DiskFormat
  readonly sizeBytes: number
  /** What its file takes now; null: nobody has said. */
  readonly allocatedBytes: number | null
  readonly pool: string
  /** Of the pool as the host sees it that the machine is on now; null: no other host sees it. */
  readonly sharedPoolId: string | null
  /** Null: it stands alone. */
  readonly image: DiskImage | null
  /** The pool of the other host that was asked for; null: the best. */
  readonly wishedPool: string | null
}

export interface MovingMachine extends MachineNeeds {
  readonly hostId: string
  readonly hostName: string
  /** What the agent of the host can do that it is on. */
  readonly hostCapabilities: readonly string[]
  /** Whether there is a process that moves, and not only its disks. */
  readonly isOn: boolean
  readonly machineType: string
  readonly architecture: string
  readonly cpuModel: string
  /** What its guest has found in its processors; absent: the agent does not say. */
  readonly cpuFlags?: readonly string[] | undefined
  /** Of the process that runs. */
  readonly qemuVersion: string
  readonly acceleration: 'kvm' | 'tcg'
  readonly disks: readonly MovingDisk[]
  /** In its CD drive, and the hosts that have its file; null: the drive is empty. */
  readonly disc: { readonly name: string; readonly hostIds: readonly string[] } | null
}
