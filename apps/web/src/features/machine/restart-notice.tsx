'use client'
import type { VmView } from '@berth/core/vm/vm-view'
import { InlineAlert } from '@berth/ui/inline-alert'
import { useRebootMachine } from '../machine-actions/reboot-machine.tsx'
import { VerbButton } from '../machine-actions/vm-verb.tsx'
import { ChangeLines } from './change-lines.tsx'
import { waitingChanges } from './hardware-draft.ts'

/** Changes wait for the next start; a reboot is one, since it ends and starts QEMU. */
export function RestartNotice({ vm }: { vm: VmView }) {
  const reboot = useRebootMachine(vm)
  const waiting = waitingChanges(vm)
  return (
    <InlineAlert tone="info" title="Changes wait for the next start">
      {waiting.length > 0 && (
        <div className="my-2">
          <ChangeLines changes={waiting} label="Waiting changes" hideWhen />
        </div>
      )}
      The guest goes on with what it was started with. Applying asks it to shut down, and starts it again. A reboot from
      inside the guest applies nothing.
      <div className="mt-2.5">
        <VerbButton size="sm" handle={{ ...reboot, label: 'Apply now, restarts' }} />
      </div>
    </InlineAlert>
  )
}
