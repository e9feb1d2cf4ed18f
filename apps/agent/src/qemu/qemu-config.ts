/**
 * What a QEMU process is made of: the plain input of buildQemuArgv.
 *
 * It holds ids, numbers and paths that the agent made; nothing that a user typed. The same config gives the same command
 * line on every host of the same QEMU version, save for paths: live migration needs that.
 */
import type { RunDirPaths } from './run-dir.ts'

export interface QemuConfig {
  vmId: string
  vcpus: number
  /** Whole MiB. */
  memoryBytes: number
  /** Pinned, as 'pc-q35-7.2'; never the alias 'q35', which means another machine after an upgrade. */
  machineType: string
  acceleration: 'kvm' | 'tcg'
  /** As 'host' (KVM) or 'max'; see defaultCpuModel. */
  cpuModel: string
  firmware: QemuFirmware
  disks: readonly QemuDisk[]
  cdroms: readonly QemuCdrom[]
  nics: readonly QemuNic[]
  paths: RunDirPaths
  hasScreen: boolean
}

export type QemuFirmware =
  | { kind: 'bios' }
  /** `varsPath` is this machine's own copy, writable by QEMU's user. */
  | { kind: 'uefi'; codePath: string; varsPath: string }

interface DiskBase {
  volumeId: string
  path: string
  /** Which of the 16 places it has, 0 to 15: its PCI address, so stable for life. Default: its index. */
  slot?: number
  isReadOnly?: boolean
  /** 1 boots first; unique over disks, cdroms and nics. Absent: never booted from. */
  bootIndex?: number
  /** Whether the pool can O_DIRECT (tmpfs cannot): with it cache=none and Linux' own aio, else the page cache and threads. */
  isDirect: boolean
}

export type QemuDisk = DiskBase &
  (
    | { format: 'raw' }
    /** `backing` names the image under an overlay; null says that there is none, and whatever the header says is not opened. */
    | { format: 'qcow2'; backing: { path: string; format: 'qcow2' | 'raw' } | null }
  )

export interface QemuCdrom {
  /** Of its device, 'dev-<name>'; default 'cd' and its index. A drive whose disc is changed while it runs has one. */
  name?: string
  /** Of the disc's block node, at most 26 characters (QEMU allows 31, and its file's has five more). Default: the drive's. */
  nodeName?: string
  /** An ISO, read only; null is a drive without a disc. */
  path: string | null
  /** 'virtio-scsi' for cloud kernels, which have no SATA driver (Debian's 6.1 has none); 'sata' for installers. */
  bus: 'virtio-scsi' | 'sata'
  bootIndex?: number
}

export interface QemuNic {
  nicId: string
  mac: string
  /** 0 to 7, as QemuDisk's. Default: its index. */
  slot?: number
  bootIndex?: number
  backend: { kind: 'user'; hostForwards?: readonly HostForward[] } | { kind: 'tap'; ifname: string }
}

export interface HostForward {
  protocol: 'tcp' | 'udp'
  /** An address of the host, usually 127.0.0.1. */
  hostAddress: string
  hostPort: number
  guestPort: number
}

export const maxDisks = 16
export const maxNics = 8
export const maxCdromsPerBus = 4

/** 'host' needs KVM; 'max' is everything that TCG can. */
export const defaultCpuModel = (acceleration: 'kvm' | 'tcg'): string => (acceleration === 'kvm' ? 'host' : 'max')
