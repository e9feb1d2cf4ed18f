'use client'
import type { VmView } from '@berth/core/vm/vm-view'
import { Pause } from 'lucide-react'
import { usePlainVerb, type VmVerbHandle } from './vm-verb.tsx'

export function usePauseMachine(vm: VmView): VmVerbHandle {
  return usePlainVerb(vm, 'pause', { label: 'Pause', icon: <Pause aria-hidden /> })
}
