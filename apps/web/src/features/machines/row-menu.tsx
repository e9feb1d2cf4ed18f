'use client'
import { IconButton } from '@berth/ui/icon-button'
import { late, useLate } from '@berth/ui/late'
import { vmCan } from '@berth/core/vm/vm-can'
import { situationOf } from '@berth/core/vm/vm-situation'
import type { VmView } from '@berth/core/vm/vm-view'
import { EllipsisVertical, Monitor } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { paths } from '../../lib/paths.ts'

const menu = late(() => import('../machine-actions/machine-menu.tsx'))

/** The menu is made on first use: a page of closed menus would cost more than the rest of the table. */
export function RowMenu({ vm }: { vm: VmView }) {
  const [wishes, setWishes] = useState(0)
  const loaded = useLate(menu, wishes)
  if (loaded) return <loaded.MachineMenu vm={vm} hideConsole defaultOpen />
  return (
    <IconButton
      label={`Actions on ${vm.name}`}
      size="sm"
      aria-haspopup="menu"
      onPointerEnter={menu.preload}
      onFocus={menu.preload}
      onClick={() => setWishes(wishes + 1)}
    >
      <EllipsisVertical />
    </IconButton>
  )
}

export function ConsoleButton({ vm }: { vm: VmView }) {
  const router = useRouter()
  const answer = vmCan.openConsole(situationOf(vm))
  return (
    <IconButton
      label={`Console of ${vm.name}`}
      size="sm"
      disabledReason={answer.isAllowed ? null : answer.reason}
      onClick={() => router.push(paths.machine(vm.vmId, 'console'))}
    >
      <Monitor />
    </IconButton>
  )
}
