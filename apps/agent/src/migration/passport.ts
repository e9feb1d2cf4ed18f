/** What a machine's running process was started with, for the host that is to make the same one. */
import { stat } from 'node:fs/promises'
import type { MovePassport } from '@berth/core/agent-contract/move-commands'
import { AppError } from '@berth/core/errors/app-error'
import type { VmId } from '@berth/core/ids/ids'
import { mayVm } from '@berth/core/vm/vm-can'
import type { VmSpec } from '@berth/core/vm/vm-spec'
import { cdromDeviceId, discNodeName } from '../qemu/argv-disks.ts'
import { hardwareOf } from '../qemu/hardware.ts'
import { queryDrive } from '../qmp/commands/tray-commands.ts'
import type { MachineLauncher } from '../vm/machine-launcher.ts'
import type { VmActor } from '../vm/vm-actor.ts'
import { readCommandLine } from '../vm/vm-views.ts'
import type { VmStore } from '../vm/vm-store.ts'

/** `acceleration` is the host's. Throws VM_STATE_CONFLICT for a machine that cannot move now. */
export async function passportOf(
  actor: VmActor,
  { store, launcher: { acceleration } }: { store: VmStore; launcher: Pick<MachineLauncher, 'acceleration'> },
): Promise<MovePassport> {
  const { record } = actor
  const { state } = record
  const isOff = !actor.hasProcess && (state === 'stopped' || state === 'crashed')
  if (isOff) return offPassportOf(actor, { state, store, acceleration })
  const answer = mayVm('migrate', { state, isProtected: false, hasProcess: actor.hasProcess, busyWith: null })
  if (!answer.isAllowed) throw new AppError(answer.code, answer.reason)
  const { run } = actor.requireMachine()
  return {
    spec: await specNow(actor, run.spec),
    specRevision: run.specRevision,
    nextSpec: record.spec,
    nextRevision: record.specRevision,
    seedDiscBytes: await seedDiscBytes(actor.vmId, { spec: run.spec, store }),
    desiredPower: record.desiredPower,
    hardware: hardwareOf(await readCommandLine(actor.requireMachine())),
    acceleration: run.acceleration,
    qemuVersion: run.qemuVersion,
    startedAt: run.startedAt,
  }
}

/** Of one that is off: nothing was started with anything, so its newest spec is what it is. */
async function offPassportOf(
  { vmId, record }: VmActor,
  {
    state,
    store,
    acceleration,
  }: { state: 'stopped' | 'crashed'; store: VmStore; acceleration: MovePassport['acceleration'] },
): Promise<MovePassport> {
  const { spec, specRevision, desiredPower, stateSince, lastExit } = record
  return {
    ...{ spec, specRevision, nextSpec: spec, nextRevision: specRevision, desiredPower, isOff: true },
    off: { state, stateSince, lastExit },
    seedDiscBytes: await seedDiscBytes(vmId, { spec, store }),
    // It has no process: what a start here would have.
    ...{ acceleration, qemuVersion: '', startedAt: new Date().toISOString() },
  }
}

const seedDiscBytes = async (vmId: VmId, { spec, store }: { spec: VmSpec; store: VmStore }): Promise<number | null> =>
  spec.cloudInit === null ? null : (await stat(store.folder(vmId).seedDisc)).size

/** Its disc may be another by now: QEMU says which, and the target must open that one. */
async function specNow(actor: VmActor, started: VmSpec): Promise<VmSpec> {
  if (started.cdrom === null) return started
  const drive = await queryDrive(actor.requireMachine().qmp, cdromDeviceId)
  const known = [actor.record.spec.cdrom?.imageId, started.cdrom.imageId]
  const imageId = known.find((id) => id !== null && id !== undefined && discNodeName(id) === drive?.discNode) ?? null
  if (imageId === null && drive !== undefined && drive.discNode !== null)
    throw new AppError('VM_STATE_CONFLICT', 'The machine has a disc in its drive that nobody knows; take it out first.')
  return { ...started, cdrom: { ...started.cdrom, imageId } }
}
