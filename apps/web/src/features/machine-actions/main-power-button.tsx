'use client'
import type { VmView } from '@berth/core/vm/vm-view'
import { ResumeMachineButton } from './resume-machine.tsx'
import { ShutdownMachineButton } from './shutdown-machine.tsx'
import { StartMachineButton } from './start-machine.tsx'
import { StopMachineButton } from './stop-machine.tsx'
import type { MachineActionProps } from './vm-verb.tsx'

/** The one verb that the state asks for: start what is off, shut down what runs, resume what is paused. */
export function MainPowerButton(props: MachineActionProps) {
  const { vm } = props
  if (wantsStart(vm)) return <StartMachineButton variant="primary" {...props} />
  // A QEMU that does not answer can do nothing but be ended.
  if (vm.silentSince !== null) return <StopMachineButton {...props} />
  if (vm.state === 'paused') return <ResumeMachineButton variant="primary" {...props} />
  if (vm.state === 'stopping' || vm.state === 'starting') return <StopMachineButton {...props} />
  return <ShutdownMachineButton {...props} />
}

const wantsStart = (vm: VmView): boolean =>
  vm.state === 'stopped' || vm.state === 'creating' || (vm.state === 'crashed' && vm.run === null)
