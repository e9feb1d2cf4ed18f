'use client'
import { Badge } from '@berth/ui/badge'
import { cn } from '@berth/ui/cn'
import { Users } from 'lucide-react'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { plural } from '../../lib/format.ts'
import { ConsoleFrame } from './console-frame.tsx'
import { ConsoleOverlay } from './console-overlay.tsx'
import type { MachinePower } from './link-state.ts'
import { feedTerminal } from './serial-feed.ts'
import { SerialKeyRow } from './serial-key-row.tsx'
import { SerialSearch } from './serial-search.tsx'
import { makeTerminalHost, type SerialTerminal } from './serial-terminal.ts'
import { SerialTools } from './serial-tools.tsx'
import { useConsoleLink } from './use-console-link.ts'
import { useSerialTerminal } from './use-serial-terminal.ts'
import '@xterm/xterm/css/xterm.css'

export interface SerialConsoleProps {
  vmId: string
  name: string
  machine: MachinePower
  startAction: ReactNode
  kindSwitch: ReactNode
  machineTools: ReactNode
}

/** The machine's serial line. The terminal outlives connections; the history comes again with each. */
export function SerialConsole({ vmId, name, machine, startAction, kindSwitch, machineTools }: SerialConsoleProps) {
  const label = `Serial console of ${name}`
  const place = useRef<HTMLDivElement>(null)
  const [host] = useState(makeTerminalHost)
  const [serial, setSerial] = useState<SerialTerminal | null>(null)
  const [viewers, setViewers] = useState<number | null>(null)
  const [isMachineOn, setMachineOn] = useState(true)
  const [isViewOnly, setViewOnly] = useState(false)
  const [isSearching, setSearching] = useState(false)

  useEffect(() => () => host.dispose(), [host])
  useSerialTerminal(serial, place, { isViewOnly, onFind: () => setSearching(true) })
  const link = useConsoleLink({
    vmId,
    kind: 'serial',
    machine,
    prepare: async () => {
      if (!place.current) throw new Error('the console was closed')
      const opened = await host.open(place.current, label)
      setSerial(opened)
      return (socket, told) =>
        feedTerminal(opened.terminal, socket, {
          ...told,
          onControl(control) {
            if (control.type === 'viewers') setViewers(control.count)
            if (control.type === 'machine') setMachineOn(control.isOn)
          },
        })
    },
  })
  const isLive = link.state.kind === 'open'
  const closeSearch = () => {
    setSearching(false)
    serial?.terminal.focus()
  }
  return (
    <ConsoleFrame
      label={label}
      link={link}
      kindSwitch={kindSwitch}
      machineTools={machineTools}
      viewers={isLive && viewers !== null && viewers > 1 ? <Viewers count={viewers} /> : null}
      tools={
        <SerialTools
          name={name}
          serial={serial}
          isViewOnly={isViewOnly}
          onViewOnly={setViewOnly}
          isSearching={isSearching}
          onSearching={setSearching}
        />
      }
      keyRow={serial && !isViewOnly ? <SerialKeyRow terminal={serial.terminal} /> : null}
    >
      <div
        ref={place}
        role="group"
        aria-label={label}
        data-console-serial={vmId}
        className={cn('absolute inset-0 overflow-hidden py-2 pl-3', !isLive && 'opacity-40')}
      />
      {serial && isSearching && <SerialSearch serial={serial} onClose={closeSearch} />}
      {isLive && !isMachineOn && <OffStrip action={startAction} />}
      <ConsoleOverlay state={link.state} lastFrame={null} onRetry={link.reconnect} startAction={startAction} />
    </ConsoleFrame>
  )
}

function Viewers({ count }: { count: number }) {
  return <Badge icon={<Users aria-hidden />}>{plural(count, 'viewer')}</Badge>
}

function OffStrip({ action }: { action: ReactNode }) {
  return (
    <div
      role="status"
      className="border-line bg-raised absolute inset-x-3 bottom-3 flex flex-wrap items-center gap-3 rounded-lg border px-4 py-2.5 text-sm shadow-lg"
    >
      <span className="flex-1">
        <span className="font-medium">The machine is off.</span>{' '}
        <span className="text-ink-2">This is what it wrote last; it goes on here when it starts.</span>
      </span>
      {action}
    </div>
  )
}
