'use client'
import { powerDriftOf } from '@berth/core/vm/power-drift'
import type { VmView } from '@berth/core/vm/vm-view'
import { InlineAlert } from '@berth/ui/inline-alert'
import { RelativeTime } from '@berth/ui/relative-time'
import { ShutdownMachineButton } from '../machine-actions/shutdown-machine.tsx'
import { StartMachineButton } from '../machine-actions/start-machine.tsx'
import { StopMachineButton } from '../machine-actions/stop-machine.tsx'

/** Where the machine is not as it was asked to be: what is wanted, what is, and the one click that mends it. */
export function PowerNotices({ vm }: { vm: VmView }) {
  if (vm.silentSince !== null) return <SilenceNotice vm={vm} since={vm.silentSince} />
  const drift = powerDriftOf(vm)
  if (drift === 'should-run') {
    return (
      <InlineAlert
        tone="warn"
        title="Wanted on, and it is off"
        action={<StartMachineButton vm={vm} size="sm" variant="primary" />}
      >
        Nobody asked for it to be off: {vm.lastExit?.message ?? 'it did not come up.'} Berth does not start it by
        itself. Start it, or leave it off.
      </InlineAlert>
    )
  }
  if (drift === 'should-be-off') {
    return (
      <InlineAlert tone="warn" title="Wanted off, and it is on" action={<ShutdownMachineButton vm={vm} size="sm" />}>
        It was asked to be off, and runs. Berth does not end it by itself: shut it down, or let it run.
      </InlineAlert>
    )
  }
  return null
}

function SilenceNotice({ vm, since }: { vm: VmView; since: string }) {
  return (
    <InlineAlert
      tone="bad"
      title={
        <>
          QEMU has not answered for <RelativeTime at={since} show="elapsed" />
        </>
      }
      action={<StopMachineButton vm={vm} size="sm" />}
    >
      Its process lives, and may wait for storage that hangs. The guest stands still meanwhile, and goes on where it was
      when QEMU answers again. What can be done now is to cut its power.
    </InlineAlert>
  )
}
