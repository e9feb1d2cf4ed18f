/**
 * Where each device sits on q35's pcie.0. Fixed for ever: a guest names its NICs and disks after these addresses, and a
 * live migration fails, or worse, succeeds wrongly, when they differ.
 *
 *   00 host bridge · 1f LPC, SATA, SMBus (q35's own)
 *   01 VGA · 05 virtio-serial · 06 virtio-scsi · 07 balloon · 08 rng · 09 xhci · 0a pvpanic
 *   02.0-7 root ports of disks 0-7 · 03.0-7 of NICs 0-7 · 04.0-7 of disks 8-15 (only where one is used)
 *
 * Disks and NICs sit behind root ports, because pcie.0 itself takes no hot-plug (QEMU 7.2).
 */
import type { JsonObject } from './qemu-options.ts'

export const pciAddress = {
  vga: '0x1',
  virtioSerial: '0x5',
  virtioScsi: '0x6',
  balloon: '0x7',
  rng: '0x8',
  xhci: '0x9',
  pvpanic: '0xa',
} as const

const portsPerSlot = 8

interface RootPort {
  id: string
  slot: number
  chassis: number
}

const diskPort = (disk: number): RootPort => ({
  id: diskPortId(disk),
  slot: disk < portsPerSlot ? 2 : 4,
  chassis: 1 + disk,
})
const nicPort = (nic: number): RootPort => ({ id: nicPortId(nic), slot: 3, chassis: 17 + nic })

export const diskPortId = (disk: number): string => `port-disk${disk}`
export const nicPortId = (nic: number): string => `port-nic${nic}`

/** The pcie-root-ports as -device arguments, in order. `highestDiskSlot` decides whether the third row is there. */
export function rootPorts(highestDiskSlot: number): JsonObject[] {
  const row = Array.from({ length: portsPerSlot }, (_, index) => index)
  const more = highestDiskSlot < portsPerSlot ? [] : row.map((index) => diskPort(portsPerSlot + index))
  return [...row.map(diskPort), ...row.map(nicPort), ...more].map(({ id, slot, chassis }, index) => ({
    driver: 'pcie-root-port',
    id,
    bus: 'pcie.0',
    addr: `0x${slot}.0x${index % portsPerSlot}`,
    multifunction: index % portsPerSlot === 0,
    chassis,
    // Virtio needs no I/O ports; a window of 4 KiB per port would use up the 64 KiB there are.
    'io-reserve': 0,
  }))
}
