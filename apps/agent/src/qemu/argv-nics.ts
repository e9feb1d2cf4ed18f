/** NICs as -netdev and -device arguments. */
import { AppError } from '@berth/core/errors/app-error'
import { nicPortId } from './pci-layout.ts'
import { type HostForward, maxNics, type QemuNic } from './qemu-config.ts'
import { checkedWord, deviceArgs, jsonOption, type JsonObject } from './qemu-options.ts'

/** The device's id: set_link and device_del take it. */
export const nicDeviceId = (slot: number): string => `dev-nic${slot}`

export function nicArgs(nics: readonly QemuNic[]): string[] {
  const slots = nics.map((nic, index) => nic.slot ?? index)
  if (new Set(slots).size !== slots.length || slots.some((slot) => !(slot >= 0 && slot < maxNics))) {
    throw new AppError('INPUT_INVALID', `NIC slots must be different and from 0 to ${maxNics - 1}: ${slots.join(', ')}`)
  }
  return nics.flatMap((nic, index) => oneNicArgs(nic, nic.slot ?? index))
}

function oneNicArgs(nic: QemuNic, slot: number): string[] {
  return [
    ...jsonOption('-netdev', { id: `net${slot}`, ...backend(nic) }),
    ...deviceArgs({
      driver: 'virtio-net-pci',
      id: nicDeviceId(slot),
      bus: nicPortId(slot),
      netdev: `net${slot}`,
      mac: nic.mac,
      // The boot ROM is only loaded to boot from it: it costs boot time, and its size must match in a migration.
      ...(nic.bootIndex === undefined ? { romfile: '' } : { bootindex: nic.bootIndex }),
    }),
  ]
}

function backend({ backend }: QemuNic): JsonObject {
  if (backend.kind === 'tap') {
    // The agent made the tap for QEMU's user; QEMU may start no script.
    return { type: 'tap', ifname: checkedWord('ifname', backend.ifname), script: 'no', downscript: 'no' }
  }
  const forwards = (backend.hostForwards ?? []).map((forward) => ({ str: forwardText(forward) }))
  return { type: 'user', ...(forwards.length > 0 && { hostfwd: forwards }) }
}

const forwardText = (forward: HostForward): string =>
  `${forward.protocol}:${checkedWord('hostAddress', forward.hostAddress)}:${forward.hostPort}-:${forward.guestPort}`
