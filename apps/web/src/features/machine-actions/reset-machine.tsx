'use client'
import type { VmView } from '@berth/core/vm/vm-view'
import { Zap } from 'lucide-react'
import { useAskedVerb } from './asked-verb.tsx'
import type { VmVerbHandle } from './vm-verb.tsx'

export function useResetMachine(vm: VmView): VmVerbHandle {
  return useAskedVerb(vm, {
    verb: 'reset',
    label: 'Reset',
    icon: <Zap aria-hidden />,
    title: `Reset ${vm.name}?`,
    confirmLabel: 'Reset machine',
    children: (
      <p className="text-ink-2 text-sm">
        This is the reset button: the guest starts again at once, without ending anything. What it has not written to
        its disk is lost. Reboot asks the guest to restart by itself instead.
      </p>
    ),
  })
}
