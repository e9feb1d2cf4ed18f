/** Disks, CD drives and firmware flash as -object, -blockdev and -device arguments. */
import { AppError } from '@berth/core/errors/app-error'
import { diskPortId } from './pci-layout.ts'
import { maxCdromsPerBus, maxDisks, type QemuCdrom, type QemuDisk, type QemuFirmware } from './qemu-config.ts'
import type { BlockNode } from '../qmp/commands/mirror-commands.ts'
import { deviceArgs, jsonOption, type JsonObject } from './qemu-options.ts'

/** The block node that the device of a disk uses: resize and snapshot name it. At most 31 characters (QEMU). */
export const diskNodeName = (slot: number): string => `disk${slot}`
/** The device's id: query-blockstats names it in `qdev`, device_del takes it. */
export const diskDeviceId = (slot: number): string => `dev-disk${slot}`

/** What the guest sees as the disk's serial number, in /dev/disk/by-id/virtio-…; virtio-blk takes 20 characters: the random end. */
export const diskSerial = (volumeId: string): string => volumeId.replaceAll('-', '').slice(-20)

export function diskArgs(disks: readonly QemuDisk[]): string[] {
  const placed = disks.map((disk, index) => ({ disk, slot: disk.slot ?? index }))
  checkSlots(placed.map(({ slot }) => slot))
  return placed.flatMap(({ disk, slot }) => oneDiskArgs(disk, slot))
}

function checkSlots(slots: readonly number[]): void {
  const isUnique = new Set(slots).size === slots.length
  if (isUnique && slots.every((slot) => Number.isInteger(slot) && slot >= 0 && slot < maxDisks)) return
  throw new AppError('INPUT_INVALID', `disk slots must be different and from 0 to ${maxDisks - 1}: ${slots.join(', ')}`)
}

function oneDiskArgs(disk: QemuDisk, slot: number): string[] {
  const node = diskNodeName(slot)
  const iothread = `io-disk${slot}`
  return [
    ...jsonOption('-object', { 'qom-type': 'iothread', id: iothread }),
    ...jsonOption('-blockdev', diskBlockdev(disk, node)),
    ...deviceArgs({
      driver: 'virtio-blk-pci',
      id: diskDeviceId(slot),
      bus: diskPortId(slot),
      drive: node,
      iothread,
      serial: diskSerial(disk.volumeId),
      'write-cache': 'on',
      // A full pool pauses the machine (BLOCK_IO_ERROR, then STOP) until there is room; other errors are the guest's.
      werror: 'enospc',
      rerror: 'report',
      ...(disk.bootIndex !== undefined && { bootindex: disk.bootIndex }),
    }),
  ]
}

/** As blockdev-add takes it, too. */
export function diskBlockdev(disk: QemuDisk, node: string): BlockNode {
  const isReadOnly = disk.isReadOnly === true
  const cache = { direct: disk.isDirect, 'no-flush': false }
  const aio = disk.isDirect ? 'native' : 'threads'
  const file = (path: string, options: { name: string; isReadOnly: boolean }): BlockNode => ({
    driver: 'file',
    'node-name': options.name,
    filename: path,
    'read-only': options.isReadOnly,
    cache,
    aio,
    discard: options.isReadOnly ? 'ignore' : 'unmap',
  })
  const top = {
    'node-name': node,
    'read-only': isReadOnly,
    cache,
    discard: isReadOnly ? 'ignore' : 'unmap',
    'detect-zeroes': isReadOnly ? 'off' : 'unmap',
    file: file(disk.path, { name: `${node}-file`, isReadOnly }),
  } as const
  if (disk.format === 'raw') return { driver: 'raw', ...top }
  const { backing } = disk
  if (backing === null) return { driver: 'qcow2', ...top, backing: null }
  const base = {
    'node-name': `${node}-base`,
    'read-only': true,
    cache,
    file: file(backing.path, { name: `${node}-base-file`, isReadOnly: true }),
  }
  // Images were flattened at import: whatever else a header names is not opened.
  const whole: BlockNode =
    backing.format === 'qcow2' ? { driver: 'qcow2', ...base, backing: null } : { driver: 'raw', ...base }
  return { driver: 'qcow2', ...top, backing: whole }
}

export function cdromArgs(cdroms: readonly QemuCdrom[]): string[] {
  const used = { 'virtio-scsi': 0, sata: 0 }
  return cdroms.flatMap((cdrom, index) => {
    const place = used[cdrom.bus]++
    if (place >= maxCdromsPerBus) throw new AppError('INPUT_INVALID', `at most ${maxCdromsPerBus} CD drives on a bus`)
    const name = cdrom.name ?? `cd${index}`
    const node = cdrom.nodeName ?? name
    const bus = cdrom.bus === 'sata' ? { driver: 'ide-cd', bus: `ide.${place}` } : { driver: 'scsi-cd', bus: 'scsi.0' }
    return [
      ...(cdrom.path === null ? [] : jsonOption('-blockdev', cdBlockdev(cdrom.path, node))),
      ...deviceArgs({
        ...bus,
        id: `dev-${name}`,
        ...(cdrom.bus === 'virtio-scsi' && { 'scsi-id': place }),
        ...(cdrom.path !== null && { drive: node }),
        ...(cdrom.bootIndex !== undefined && { bootindex: cdrom.bootIndex }),
      }),
    ]
  })
}

/** The machine's own CD drive; the seed disc has another one. */
export const cdromName = 'cdrom'
export const cdromDeviceId = `dev-${cdromName}`
/** Names the disc, so that query-block says which one is in: the random end of its id, as in a disk's serial number. */
export const discNodeName = (imageId: string): string => `cd-${imageId.replaceAll('-', '').slice(-20)}`
export const discFileNodeName = (node: string): string => `${node}-file`

const cdBlockdev = (path: string, node: string): JsonObject => ({
  driver: 'raw',
  'node-name': node,
  'read-only': true,
  file: { driver: 'file', 'node-name': discFileNodeName(node), filename: path, 'read-only': true },
})

/** The -blockdev of the two flash chips; argv.ts names them in -machine. */
export function firmwareArgs(firmware: QemuFirmware): string[] {
  if (firmware.kind === 'bios') return []
  const flash = (name: string, options: { path: string; isReadOnly: boolean }): string[] =>
    jsonOption('-blockdev', {
      driver: 'raw',
      'node-name': name,
      'read-only': options.isReadOnly,
      file: { driver: 'file', filename: options.path, 'read-only': options.isReadOnly },
    })
  return [
    ...flash('flash-code', { path: firmware.codePath, isReadOnly: true }),
    ...flash('flash-vars', { path: firmware.varsPath, isReadOnly: false }),
  ]
}
