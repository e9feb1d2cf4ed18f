'use client'
import type { VmView } from '@berth/core/vm/vm-view'
import { RotateCw } from 'lucide-react'
import { usePlainVerb, type VmVerbHandle } from './vm-verb.tsx'

/** Asks the guest to restart by itself. */
export function useRebootMachine(vm: VmView): VmVerbHandle {
  return usePlainVerb(vm, 'reboot', { label: 'Reboot', icon: <RotateCw aria-hidden /> })
}
