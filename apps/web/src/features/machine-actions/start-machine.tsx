'use client'
import type { VmView } from '@berth/core/vm/vm-view'
import { Play } from 'lucide-react'
import { type MachineActionProps, usePlainVerb, VerbButton, type VmVerbHandle } from './vm-verb.tsx'

export function useStartMachine(vm: VmView): VmVerbHandle {
  return usePlainVerb(vm, 'start', { label: 'Start', icon: <Play aria-hidden /> })
}

/** Turns the machine on. */
export function StartMachineButton({ vm, ...looks }: MachineActionProps) {
  return <VerbButton {...looks} handle={useStartMachine(vm)} />
}
