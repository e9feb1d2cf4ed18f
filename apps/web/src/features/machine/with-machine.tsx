'use client'
import type { VmView } from '@berth/core/vm/vm-view'
import { Skeleton } from '@berth/ui/skeleton'
import type { ReactNode } from 'react'
import { useMachine } from './use-machine.ts'

/** Renders with the machine once it is there. The frame around it says why, when it is not. */
export function WithMachine({ vmId, children }: { vmId: string; children: (vm: VmView) => ReactNode }) {
  const { vm } = useMachine(vmId)
  return vm ? children(vm) : <Skeleton className="h-64 rounded-lg" />
}
