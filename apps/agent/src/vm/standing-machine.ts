/**
 * A QEMU of a machine that is off, for work on its disks: it opens them as the machine's own user and behind its walls, and
 * stands all the time, so that no processor of the guest ever runs in it.
 *
 * It is in no record: one that an agent's death leaves is ended by the next agent as a start that was broken off (adopt.ts),
 * and the machine is as it was.
 */
import { newUuid } from '@berth/core/ids/ids'
import { endMachine } from './machine-end.ts'
import type { MachineLauncher } from './machine-launcher.ts'
import type { Machine } from './machine.ts'
import type { VmActor } from './vm-actor.ts'

export interface StandingMachine extends AsyncDisposable {
  readonly machine: Machine
}

/** Its QEMU is gone when it is disposed. Throws as MachineLauncher.launch. */
export async function openStanding(
  { record, recorder, vmId }: Pick<VmActor, 'record' | 'recorder' | 'vmId'>,
  { launcher, signal }: { readonly launcher: MachineLauncher; readonly signal: AbortSignal },
): Promise<StandingMachine> {
  const runId = newUuid()
  const machine = await launcher.launch({ record, runId, recorder, signal })
  return {
    machine,
    [Symbol.asyncDispose]: async () => {
      await endMachine(machine).finally(() => machine.qmp.close())
      await launcher.clear({ vmId, spec: record.spec, runId })
    },
  }
}
