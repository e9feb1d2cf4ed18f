'use client'
import { late, useLate } from '@berth/ui/late'
import { useWishes } from '@berth/ui/use-wishes'
import type { VmView } from '@berth/core/vm/vm-view'
import { MoveRight } from 'lucide-react'
import { useCallback, useState } from 'react'
import { refusalOf, type VmVerbHandle } from '../machine-actions/vm-verb.tsx'
import { moveIdOf } from './use-move.ts'

// With its charts and cards it is worth more than the pages that have the button.
const dialog = late(() => import('./migrate-dialog.tsx'))

/** Opens the dialog that moves it; while it moves, the same shows how. For administrators, as the procedure is. */
export function useMigrateMachine(vm: VmView): VmVerbHandle {
  const [isOpen, setIsOpen] = useState(false)
  const loaded = useLate(dialog, useWishes(isOpen))
  const act = useCallback(() => setIsOpen(true), [])
  const isMoving = moveIdOf(vm) !== null
  return {
    label: isMoving ? 'Follow the move' : 'Migrate…',
    icon: <MoveRight aria-hidden />,
    disabledReason: isMoving ? null : refusalOf('migrate', vm),
    isPending: false,
    act,
    dialog: loaded ? <loaded.MigrateDialog vm={vm} open={isOpen} onOpenChange={setIsOpen} /> : null,
  }
}
