/**
 * The group that may open a machine's disks in a shared pool. It follows from the machine's id, so that every host names the
 * same one, while the user as whom QEMU runs is each host's own choice.
 */
import type { VmId } from '@berth/core/ids/ids'

/** Above machines' users (vm-registry.ts) and below 2^31; nobody else gives groups there. */
const firstGroup = 2_000_000_000
const groupCount = 140_000_000

/** From the random end of the id. Of a thousand machines two meet once in three hundred installations, and only share a group. */
export const volumeGroup = (vmId: VmId): number =>
  firstGroup + (Number.parseInt(vmId.replaceAll('-', '').slice(-12), 16) % groupCount)
