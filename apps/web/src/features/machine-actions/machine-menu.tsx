'use client'
import { DropdownMenu, MenuItem, MenuSeparator } from '@berth/ui/dropdown-menu'
import { IconButton } from '@berth/ui/icon-button'
import { vmCan } from '@berth/core/vm/vm-can'
import { situationOf } from '@berth/core/vm/vm-situation'
import type { VmView } from '@berth/core/vm/vm-view'
import { EllipsisVertical, Monitor } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { type ReactElement, useState } from 'react'
import { paths } from '../../lib/paths.ts'
import { useMigrateMachine } from '../migration/migrate-machine.tsx'
import { useMayMigrate } from '../migration/use-may-migrate.ts'
import { useDeleteMachine } from './delete-machine.tsx'
import { usePauseMachine } from './pause-machine.tsx'
import { useRebootMachine } from './reboot-machine.tsx'
import { useResetMachine } from './reset-machine.tsx'
import { useResumeMachine } from './resume-machine.tsx'
import { useShutdownMachine } from './shutdown-machine.tsx'
import { useStartMachine } from './start-machine.tsx'
import { useStopMachine } from './stop-machine.tsx'
import { VerbMenuItem } from './vm-verb.tsx'

export interface MachineMenuProps {
  vm: VmView
  /** The button that opens it; three dots without. */
  trigger?: ReactElement | undefined
  /** Without the way to the console, on the console's own page. */
  hideConsole?: boolean | undefined
  /** Opens as soon as it is mounted: for rows that make their menu on first use. */
  defaultOpen?: boolean | undefined
  onDeleted?: (() => void) | undefined
}

/** All verbs of one machine. What cannot be done now says why. */
export function MachineMenu({ vm, trigger, hideConsole = false, defaultOpen = false, onDeleted }: MachineMenuProps) {
  const router = useRouter()
  const [isOpen, setIsOpen] = useState(defaultOpen)
  const openConsole = vmCan.openConsole(situationOf(vm))
  const soft = [useStartMachine(vm), useShutdownMachine(vm), useRebootMachine(vm)]
  const pause = usePauseMachine(vm)
  const resume = useResumeMachine(vm)
  const halting = vm.state === 'paused' ? resume : pause
  const migrate = useMigrateMachine(vm)
  const moving = useMayMigrate() ? [migrate] : []
  const hard = [useStopMachine(vm), useResetMachine(vm)]
  const remove = useDeleteMachine(vm, onDeleted)
  const all = [...soft, halting, ...moving, ...hard, remove]
  return (
    <>
      <DropdownMenu
        open={isOpen}
        onOpenChange={setIsOpen}
        trigger={
          trigger ?? (
            <IconButton label={`Actions on ${vm.name}`} size="sm">
              <EllipsisVertical />
            </IconButton>
          )
        }
      >
        {!hideConsole && (
          <>
            <MenuItem
              icon={<Monitor aria-hidden />}
              disabledReason={openConsole.isAllowed ? null : openConsole.reason}
              onSelect={() => router.push(paths.machine(vm.vmId, 'console'))}
            >
              Open console
            </MenuItem>
            <MenuSeparator />
          </>
        )}
        {[...soft, halting].map((handle) => (
          <VerbMenuItem key={handle.label} handle={handle} />
        ))}
        <MenuSeparator />
        {[...moving, ...hard].map((handle) => (
          <VerbMenuItem key={handle.label} handle={handle} />
        ))}
        <MenuSeparator />
        <VerbMenuItem handle={remove} />
      </DropdownMenu>
      {all.map((handle) => (
        <span key={handle.label} className="contents">
          {handle.dialog}
        </span>
      ))}
    </>
  )
}
