'use client'
import type { VmView } from '@berth/core/vm/vm-view'
import { StepForward } from 'lucide-react'
import { type MachineActionProps, usePlainVerb, VerbButton, type VmVerbHandle } from './vm-verb.tsx'

export function useResumeMachine(vm: VmView): VmVerbHandle {
  return usePlainVerb(vm, 'resume', { label: 'Resume', icon: <StepForward aria-hidden /> })
}

/** Lets the processors go on where they were paused. */
export function ResumeMachineButton({ vm, ...looks }: MachineActionProps) {
  return <VerbButton {...looks} handle={useResumeMachine(vm)} />
}
