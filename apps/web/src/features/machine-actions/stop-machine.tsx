'use client'
import type { VmView } from '@berth/core/vm/vm-view'
import { CircleStop } from 'lucide-react'
import { useAskedVerb } from './asked-verb.tsx'
import { type MachineActionProps, VerbButton, type VmVerbHandle } from './vm-verb.tsx'

export function useStopMachine(vm: VmView): VmVerbHandle {
  return useAskedVerb(vm, {
    verb: 'stop',
    label: 'Stop',
    icon: <CircleStop aria-hidden />,
    title: `Stop ${vm.name}?`,
    confirmLabel: 'Stop machine',
    children: (
      <p className="text-ink-2 text-sm">
        This cuts the power, like pulling the plug. What the guest has not written to its disk is lost. Shut down asks
        the guest to end by itself instead.
      </p>
    ),
  })
}

/** Cuts the power, after asking. */
export function StopMachineButton({ vm, ...looks }: MachineActionProps) {
  return <VerbButton {...looks} handle={useStopMachine(vm)} />
}
