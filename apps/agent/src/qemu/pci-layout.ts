/**
 * Where each device sits on q35's pcie.0. Fixed for ever: a guest names its NICs and disks after these addresses, and a
 * live migration fails, or worse, succeeds wrongly, when they differ.
 *
 *   00 host bridge · 1f LPC, SATA, SMBus (q35's own)
 *   01 VGA · 05 virtio-serial · 06 virtio-scsi · 07 balloon · 08 rng · 09 xhci · 0a pvpanic
 *   02.0-7 root ports of disks 0-7 · 04.0-7 of disks 8-15 · 03.0-7 of NICs 0-7
 *
 * Disks and NICs sit behind root ports, because pcie.0 itself takes no hot-plug (QEMU 7.2). Ports come by fours, so that at
 * least one is free to plug into: each costs a guest's boot some 0.1 s under TCG.
 */
import { maxDisks, maxNics } from './qemu-config.ts'
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
const portsPerStep = 4

interface RootPort {
  id: string
  slot: number
  index: number
  chassis: number
}

const diskPort = (index: number): RootPort => ({
  id: diskPortId(index),
  slot: index < portsPerSlot ? 2 : 4,
  index,
  chassis: 1 + index,
})
const nicPort = (index: number): RootPort => ({ id: nicPortId(index), slot: 3, index, chassis: 1 + maxDisks + index })

export const diskPortId = (disk: number): string => `port-disk${disk}`
export const nicPortId = (nic: number): string => `port-nic${nic}`

/** So many ports that one is free behind the highest used, in steps, as far as there are any. */
const portCount = (highestSlot: number, max: number): number =>
  Math.min(max, Math.ceil((highestSlot + 2) / portsPerStep) * portsPerStep)

/** The pcie-root-ports as -device arguments, in order. A highest slot is -1 where nothing is plugged. */
export function rootPorts(highest: { diskSlot: number; nicSlot: number }): JsonObject[] {
  const disks = Array.from({ length: portCount(highest.diskSlot, maxDisks) }, (_, index) => diskPort(index))
  const nics = Array.from({ length: portCount(highest.nicSlot, maxNics) }, (_, index) => nicPort(index))
  return [...disks, ...nics].map(({ id, slot, index, chassis }) => ({
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
