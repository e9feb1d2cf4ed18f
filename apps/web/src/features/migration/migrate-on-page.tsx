'use client'
import type { VmView } from '@berth/core/vm/vm-view'
import { MoveRight } from 'lucide-react'
import { useMemo } from 'react'
import { VerbButton } from '../machine-actions/vm-verb.tsx'
import { usePalette, usePaletteGroup } from '../palette/palette-provider.tsx'
import { useMigrateMachine } from './migrate-machine.tsx'
import { moveIdOf } from './use-move.ts'

/** The button on a machine's page, and the command of the palette while that page is open. On a phone the menu has it. */
export function MigrateOnPage({ vm }: { vm: VmView }) {
  const handle = useMigrateMachine(vm)
  const { close } = usePalette()
  const { disabledReason, act } = handle
  const isMoving = moveIdOf(vm) !== null
  const group = useMemo(() => {
    const item = {
      id: 'do:migrate',
      label: isMoving ? `Follow the move of ${vm.name}` : `Migrate ${vm.name}…`,
      keywords: ['migrate', 'move', 'host', vm.name],
      icon: <MoveRight />,
      onSelect: () => {
        close()
        act()
      },
    }
    return { heading: 'This machine', items: disabledReason === null ? [item] : [] }
  }, [isMoving, disabledReason, vm.name, close, act])
  usePaletteGroup(group)
  return <VerbButton handle={handle} className="max-md:hidden" />
}
