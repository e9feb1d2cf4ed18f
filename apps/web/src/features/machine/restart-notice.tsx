'use client'
import type { VmView } from '@berth/core/vm/vm-view'
import { InlineAlert } from '@berth/ui/inline-alert'
import { RebootMachineButton } from '../machine-actions/reboot-machine.tsx'

/** Changes wait for the next start; a reboot is one, since it ends and starts QEMU. */
export function RestartNotice({ vm }: { vm: VmView }) {
  return (
    <InlineAlert tone="info" title="Changes wait for the next start" action={<RebootMachineButton vm={vm} size="sm" />}>
      It runs with revision {vm.run?.specRevision ?? 0} of its settings; the newest is {vm.revision}. A reboot applies
      them.
    </InlineAlert>
  )
}
