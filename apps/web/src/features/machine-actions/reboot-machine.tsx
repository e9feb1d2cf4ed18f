'use client'
import type { VmView } from '@berth/core/vm/vm-view'
import { RotateCw } from 'lucide-react'
import { type MachineActionProps, usePlainVerb, VerbButton, type VmVerbHandle } from './vm-verb.tsx'

export function useRebootMachine(vm: VmView): VmVerbHandle {
  return usePlainVerb(vm, 'reboot', { label: 'Reboot', icon: <RotateCw aria-hidden /> })
}

/** Asks the guest to restart by itself. */
export function RebootMachineButton({ vm, ...looks }: MachineActionProps) {
  return <VerbButton {...looks} handle={useRebootMachine(vm)} />
}
