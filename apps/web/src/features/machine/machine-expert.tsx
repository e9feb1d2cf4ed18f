'use client'
import { CommandLineCard } from './command-line-card.tsx'
import { FlightCard } from './flight-card.tsx'
import { WithMachine } from './with-machine.tsx'

/** For whoever must know exactly what Berth told QEMU, and what QEMU answered. */
export function MachineExpert({ vmId }: { vmId: string }) {
  return (
    <WithMachine vmId={vmId}>
      {(vm) => (
        <div className="flex flex-col gap-4">
          <CommandLineCard vm={vm} />
          <FlightCard vm={vm} />
        </div>
      )}
    </WithMachine>
  )
}
