'use client'
import type { VmView } from '@berth/core/vm/vm-view'
import { Power } from 'lucide-react'
import { type MachineActionProps, usePlainVerb, VerbButton, type VmVerbHandle } from './vm-verb.tsx'

export function useShutdownMachine(vm: VmView): VmVerbHandle {
  return usePlainVerb(vm, 'shutdown', { label: 'Shut down', icon: <Power aria-hidden /> })
}

/** Asks the guest to end by itself. */
export function ShutdownMachineButton({ vm, ...looks }: MachineActionProps) {
  return <VerbButton {...looks} handle={useShutdownMachine(vm)} />
}
