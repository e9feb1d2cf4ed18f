'use client'
import { DisksCard } from '../disks/disks-card.tsx'
import { DriveCard } from '../discs/drive-card.tsx'
import { HardwareView } from './hardware-view.tsx'
import { WithMachine } from './with-machine.tsx'

export function MachineHardware({ vmId }: { vmId: string }) {
  return (
    <WithMachine vmId={vmId}>
      {(vm) => (
        <div className="flex max-w-4xl flex-col gap-4">
          <HardwareView key={vmId} vm={vm} />
          {/* Not within the form: their dialogs' own submits would save what is typed there. */}
          <DisksCard vm={vm} />
          <DriveCard vm={vm} />
        </div>
      )}
    </WithMachine>
  )
}
