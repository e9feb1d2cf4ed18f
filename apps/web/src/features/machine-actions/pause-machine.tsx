'use client'
import type { VmView } from '@berth/core/vm/vm-view'
import { Pause } from 'lucide-react'
import { type MachineActionProps, usePlainVerb, VerbButton, type VmVerbHandle } from './vm-verb.tsx'

export function usePauseMachine(vm: VmView): VmVerbHandle {
  return usePlainVerb(vm, 'pause', { label: 'Pause', icon: <Pause aria-hidden /> })
}

/** Halts the processors; memory stays as it is. */
export function PauseMachineButton({ vm, ...looks }: MachineActionProps) {
  return <VerbButton {...looks} handle={usePauseMachine(vm)} />
}
