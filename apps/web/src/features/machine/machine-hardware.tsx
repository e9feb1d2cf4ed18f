'use client'
import { HardwareView } from './hardware-view.tsx'
import { WithMachine } from './with-machine.tsx'

export function MachineHardware({ vmId }: { vmId: string }) {
  return <WithMachine vmId={vmId}>{(vm) => <HardwareView key={vmId} vm={vm} />}</WithMachine>
}
