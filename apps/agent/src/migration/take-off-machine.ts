/**
 * Takes a machine that is off, whose disks a QEMU has received here. They are whole once that has closed them; only then the
 * machine is this host's, and it is off here. Dying in between leaves nothing that waits: the source is refused, and keeps it.
 */
import { endMachine } from '../vm/machine-end.ts'
import type { Machine } from '../vm/machine.ts'
import type { VmActor } from '../vm/vm-actor.ts'
import { writtenAhead } from '../vm/vm-publisher.ts'
import type { VmRegistry } from '../vm/vm-registry.ts'
import { shutDiskDoor } from './disks/disk-door.ts'
import { recordOfTakenOff } from './incoming-machine.ts'
import type { IncomingRecord } from './move-records.ts'
import type { WaitingQemuOptions } from './waiting-qemu.ts'

interface TakeOffOptions extends Pick<WaitingQemuOptions, 'store' | 'launcher'> {
  readonly machines: VmRegistry
}

/** Its record is on disk when it returns. Throws QMP errors, TIMEOUT for a QEMU that does not end. */
export async function takeOffMachine(
  { machines, store, launcher }: TakeOffOptions,
  { incoming, machine }: { incoming: IncomingRecord; machine: Machine },
): Promise<VmActor> {
  const { vmId, passport } = incoming
  await shutDiskDoor(machine.qmp)
  await endMachine(machine)
  await launcher.clear({ vmId, spec: passport.spec, runId: machine.runId })
  const record = recordOfTakenOff(incoming)
  await store.save(writtenAhead(record))
  const actor = machines.add(record, machine.recorder)
  // Told at once: there is no process whose events would.
  actor.publisher.change({ desiredPower: record.desiredPower })
  return actor
}
