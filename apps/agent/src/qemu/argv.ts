/**
 * QEMU's command line from a config: pure, the same input gives the same arguments. Golden files beside the test.
 *
 * Choices that are not plain:
 * - `-S`: QEMU starts paused. The agent attaches to QMP and serial first, so neither an event nor a byte is lost, and a
 *   machine that is handed over cannot run by itself.
 * - `-action panic=pause`: a panicked guest stays to be looked at (GUEST_PANICKED, state guest-panicked); the default
 *   would end QEMU with the evidence. `reboot=reset`: a guest's reboot is a RESET in the same process.
 *   `shutdown=poweroff`: a guest's shutdown ends the process, with SHUTDOWN{guest-shutdown} before.
 * - `-pidfile` is locked by QEMU while it lives: a second QEMU for the same run directory exits at once, instead of taking
 *   over the sockets and orphaning the first.
 * - the serial chardev has no logfile: the agent holds the socket and keeps the history.
 * - S3 and S4 are off: a suspended guest can be neither migrated nor told from a hung one.
 */
import { cdromArgs, diskArgs, firmwareArgs } from './argv-disks.ts'
import { nicArgs } from './argv-nics.ts'
import { pciAddress, rootPorts } from './pci-layout.ts'
import type { QemuConfig } from './qemu-config.ts'
import { checkedWord, deviceArgs, jsonOption, pathInOption, type JsonObject } from './qemu-options.ts'

const KiB = 1024
/**
 * What a guest under TCG has less than it was given. QEMU before 9.0 reads the dirty bitmap of a block of memory 64 pages
 * at a time without telling TCG's TLBs, wherever the block is a multiple of 256 KiB: writes go unseen from then on, and of
 * three busy guests that were moved one panicked on the other side. A block of another size is read page by page, rightly.
 */
const tcgShortfall = 64 * KiB

/** The virtio-serial port of qemu-guest-agent: VSERPORT_CHANGE names it when the guest's agent opens it. */
export const guestAgentPortId = 'port-qga'
/** QOM path of the balloon, for guest-stats. */
export const balloonQomPath = '/machine/peripheral/balloon0'

/** Arguments without the program. Throws INPUT_INVALID for what must not reach a command line. */
export function buildQemuArgv(config: QemuConfig): string[] {
  return [
    ...processArgs(config),
    ...machineArgs(config),
    ...monitorArgs(config),
    ...rootPorts({ diskSlot: highestSlot(config.disks), nicSlot: highestSlot(config.nics) }).flatMap(deviceArgs),
    ...fixedDeviceArgs(config),
    ...firmwareArgs(config.firmware),
    ...diskArgs(config.disks),
    ...cdromArgs(config.cdroms),
    ...nicArgs(config.nics),
    ...screenArgs(config),
  ]
}

/** -1 where there is none. */
const highestSlot = (places: readonly { slot?: number }[]): number =>
  places.reduce((highest, { slot }, index) => Math.max(highest, slot ?? index), -1)

function processArgs(config: QemuConfig): string[] {
  const vmId = checkedWord('vmId', config.vmId)
  return [
    ...['-name', `${vmId},debug-threads=on`, '-uuid', vmId],
    ...['-nodefaults', '-no-user-config', '-S'],
    ...['-sandbox', 'on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny'],
    ...['-pidfile', config.paths.pidFile, '-msg', 'timestamp=on'],
    ...['-action', 'panic=pause,reboot=reset,shutdown=poweroff'],
  ]
}

function machineArgs(config: QemuConfig): string[] {
  const flash = config.firmware.kind === 'uefi' ? ',pflash0=flash-code,pflash1=flash-vars' : ''
  const machineType = checkedWord('machineType', config.machineType)
  const machine = `${machineType},usb=off,vmport=off,smm=off,dump-guest-core=off,memory-backend=ram0${flash}`
  // TCG's cache of translated code is 1 GiB by default, more than most machines' memory.
  const accelerator = config.acceleration === 'kvm' ? 'kvm' : 'tcg,thread=multi,tb-size=256'
  const ramBytes = config.memoryBytes - (config.acceleration === 'kvm' ? 0 : tcgShortfall)
  return [
    ...['-machine', machine, '-accel', accelerator, '-cpu', checkedWord('cpuModel', config.cpuModel)],
    ...['-smp', `cpus=${config.vcpus},sockets=1,cores=${config.vcpus},threads=1`],
    ...jsonOption('-object', { 'qom-type': 'memory-backend-ram', id: 'ram0', size: ramBytes }),
    ...['-m', `${ramBytes / KiB}K`],
    ...['-rtc', 'base=utc,driftfix=slew', '-boot', 'strict=on'],
    ...['-global', 'ICH9-LPC.disable_s3=1', '-global', 'ICH9-LPC.disable_s4=1'],
  ]
}

/** Two monitors, for each socket serves one client: the agent's, and one for a human expert. */
function monitorArgs({ paths }: QemuConfig): string[] {
  return [
    ...['-chardev', socketChardev('qmp0', paths.qmpSocket), '-mon', 'chardev=qmp0,mode=control'],
    ...['-chardev', socketChardev('qmp1', paths.expertQmpSocket), '-mon', 'chardev=qmp1,mode=control'],
  ]
}

const socketChardev = (id: string, path: string): string =>
  `socket,id=${id},path=${pathInOption(path)},server=on,wait=off`

function fixedDeviceArgs({ paths }: QemuConfig): string[] {
  const onRoot = (addr: string, device: JsonObject): string[] => deviceArgs({ ...device, bus: 'pcie.0', addr })
  const modern = { 'disable-legacy': 'on' }
  return [
    ...['-chardev', socketChardev('serial0', paths.serialSocket)],
    ...deviceArgs({ driver: 'isa-serial', id: 'dev-serial0', chardev: 'serial0', index: 0 }),
    ...onRoot(pciAddress.virtioSerial, { driver: 'virtio-serial-pci', id: 'vser0', ...modern }),
    ...['-chardev', socketChardev('qga0', paths.guestAgentSocket)],
    ...deviceArgs({
      driver: 'virtserialport',
      id: guestAgentPortId,
      bus: 'vser0.0',
      nr: 1,
      chardev: 'qga0',
      name: 'org.qemu.guest_agent.0',
    }),
    ...onRoot(pciAddress.virtioScsi, { driver: 'virtio-scsi-pci', id: 'scsi', ...modern }),
    ...onRoot(pciAddress.balloon, {
      driver: 'virtio-balloon-pci',
      id: 'balloon0',
      'free-page-reporting': true,
      'deflate-on-oom': true,
      ...modern,
    }),
    ...jsonOption('-object', { 'qom-type': 'rng-builtin', id: 'rng0' }),
    ...onRoot(pciAddress.rng, { driver: 'virtio-rng-pci', id: 'dev-rng0', rng: 'rng0', ...modern }),
    ...onRoot(pciAddress.xhci, { driver: 'qemu-xhci', id: 'usb', p2: 4, p3: 4 }),
    // An absolute pointer: the browser's cursor and the guest's stay together.
    ...deviceArgs({ driver: 'usb-tablet', id: 'dev-tablet', bus: 'usb.0', port: '1' }),
    ...onRoot(pciAddress.pvpanic, { driver: 'pvpanic-pci', id: 'dev-pvpanic' }),
  ]
}

function screenArgs(config: QemuConfig): string[] {
  if (!config.hasScreen) return ['-display', 'none']
  return [
    ...deviceArgs({ driver: 'VGA', id: 'dev-vga', bus: 'pcie.0', addr: pciAddress.vga }),
    // Several viewers at once, whatever each of them asks for; the agent decides who may.
    ...['-vnc', `unix:${pathInOption(config.paths.vncSocket)},share=ignore`],
  ]
}
