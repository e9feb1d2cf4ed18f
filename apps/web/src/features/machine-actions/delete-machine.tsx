'use client'
import { InlineAlert } from '@berth/ui/inline-alert'
import { formatBytes } from '@berth/core/units/bytes'
import type { VmView } from '@berth/core/vm/vm-view'
import { Trash2 } from 'lucide-react'
import { plural } from '../../lib/format.ts'
import { useAskedVerb } from './asked-verb.tsx'
import type { VmVerbHandle } from './vm-verb.tsx'

/** `onDeleted`: the task was accepted; a page about this machine goes elsewhere. */
export function useDeleteMachine(vm: VmView, onDeleted?: () => void): VmVerbHandle {
  return useAskedVerb(vm, {
    verb: 'delete',
    label: 'Delete…',
    icon: <Trash2 aria-hidden />,
    tone: 'danger',
    title: `Delete ${vm.name}?`,
    confirmLabel: 'Delete machine',
    typeToConfirm: vm.name,
    onDone: onDeleted,
    children: <WhatIsLost vm={vm} />,
  })
}

function WhatIsLost({ vm }: { vm: VmView }) {
  const isOn = vm.run !== null
  return (
    <div className="flex flex-col gap-3 text-sm">
      {isOn && <InlineAlert tone="warn">It is {vm.state}. Its power is cut before it is deleted.</InlineAlert>}
      <p className="text-ink-2">This cannot be undone. It will be gone for good:</p>
      <ul className="text-ink-2 flex list-disc flex-col gap-1 pl-5">
        <li>{plural(vm.spec.disks.length, 'disk')} with all that is written there</li>
        <li>
          {formatBytes(vm.spec.disks.reduce((sum, disk) => sum + disk.sizeBytes, 0))} of disk
          {vm.diskAllocatedBytes !== null && `, ${formatBytes(vm.diskAllocatedBytes)} of it used`}
        </li>
        {vm.addresses.length > 0 && (
          <li>
            its {vm.addresses.length === 1 ? 'address' : 'addresses'}{' '}
            {vm.addresses.map((address) => address.ip).join(', ')}
          </li>
        )}
        <li>its graphs and console history</li>
      </ul>
      {vm.image !== null && <p className="text-ink-3 text-xs">The image {vm.image.name} is kept.</p>}
    </div>
  )
}
