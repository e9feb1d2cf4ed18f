'use client'
import type { ConsoleKind } from '@berth/core/agent-contract/agent-contract'
import type { VmView } from '@berth/core/vm/vm-view'
import { IconButton } from '@berth/ui/icon-button'
import { SegmentedControl } from '@berth/ui/segmented-control'
import { ExternalLink, Power } from 'lucide-react'
import { useState } from 'react'
import { paths } from '../../lib/paths.ts'
import { InsertDiscButton } from '../discs/insert-disc-button.tsx'
import { MachineMenu } from '../machine-actions/machine-menu.tsx'
import { StartMachineButton } from '../machine-actions/start-machine.tsx'
import { useMoveUnderWay } from '../migration/use-move.ts'
import { recallKind, rememberKind } from './console-preferences.ts'
import { machinePowerOf } from './machine-power.ts'
import { ScreenConsole } from './screen-console.tsx'
import { SerialConsole } from './serial-console.tsx'

export interface ConsoleViewProps {
  vm: VmView
  /** What the address asks for; without it, what was chosen last for this machine. */
  initialKind?: ConsoleKind | undefined
  /** Inside its own window there is no button to open one. */
  isOwnWindow?: boolean | undefined
}

const kinds = [
  { value: 'screen', label: 'Screen' },
  { value: 'serial', label: 'Serial' },
] as const

/** Screen or serial console of one machine. Browser only: it knows what was chosen here before. */
export function ConsoleView({ vm, initialKind, isOwnWindow = false }: ConsoleViewProps) {
  const { vmId, name } = vm
  const { hasScreen } = vm.spec
  const [kind, setKind] = useState(() => initialKind ?? recallKind(vmId, hasScreen))
  const move = useMoveUnderWay(vm)
  const choose = (next: ConsoleKind) => {
    setKind(next)
    rememberKind(vmId, next)
  }
  const openWindow = () => {
    window.open(paths.consoleWindow(vmId, kind), `berth-console-${vmId}`, 'popup,width=1044,height=860')
  }
  const parts = {
    vmId,
    name,
    machine: machinePowerOf(vm),
    hostId: vm.host?.hostId ?? null,
    move,
    startAction: <StartMachineButton vm={vm} variant="primary" size="sm" />,
    kindSwitch: hasScreen ? (
      <SegmentedControl label="Console" value={kind} onValueChange={choose} options={kinds} className="h-7" />
    ) : null,
    machineTools: (
      <>
        <InsertDiscButton vm={vm} />
        {!isOwnWindow && (
          <IconButton label="Open in its own window" size="sm" onClick={openWindow}>
            <ExternalLink />
          </IconButton>
        )}
        <MachineMenu
          vm={vm}
          hideConsole
          trigger={
            <IconButton label={`Power of ${name}`} size="sm">
              <Power />
            </IconButton>
          }
        />
      </>
    ),
  }
  return kind === 'screen' ? (
    <ScreenConsole key={`screen ${vmId}`} {...parts} />
  ) : (
    <SerialConsole key={`serial ${vmId}`} {...parts} />
  )
}
