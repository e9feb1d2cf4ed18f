'use client'
import { cn } from '@berth/ui/cn'
import { useEffect, useRef, useState } from 'react'
import { ConsoleFrame } from './console-frame.tsx'
import type { ConsoleParts } from './console-parts.ts'
import { ConsoleStrip } from './console-strip.tsx'
import { isFollowing } from './link-state.ts'
import { feedTerminal } from './serial-feed.ts'
import { makeSerialPast } from './serial-past.ts'
import { SerialKeyRow } from './serial-key-row.tsx'
import { SerialSearch } from './serial-search.tsx'
import { makeTerminalHost, type SerialTerminal } from './serial-terminal.ts'
import { SerialTools } from './serial-tools.tsx'
import { useConsoleLink } from './use-console-link.ts'
import { useSerialTerminal } from './use-serial-terminal.ts'
import '@xterm/xterm/css/xterm.css'

/** The machine's serial line. The terminal outlives connections; the history comes again with each. */
export function SerialConsole(parts: ConsoleParts) {
  const { vmId, name, machine, hostId, move } = parts
  const label = `Serial console of ${name}`
  const place = useRef<HTMLDivElement>(null)
  const [host] = useState(makeTerminalHost)
  const [serial, setSerial] = useState<SerialTerminal | null>(null)
  const [isMachineOn, setMachineOn] = useState(true)
  const [isSearching, setSearching] = useState(false)
  const [past] = useState(makeSerialPast)

  useEffect(() => () => host.dispose(), [host])
  const link = useConsoleLink({
    vmId,
    kind: 'serial',
    machine,
    hostId,
    isMoving: move !== null,
    prepare: async (mayAnswer) => {
      if (!place.current) throw new Error('the console was closed')
      const opened = await host.open(place.current, label)
      setSerial(opened)
      return (socket, told) =>
        feedTerminal(opened.terminal, socket, {
          ...told,
          past,
          mayAnswer,
          onControl(control) {
            if (control.type === 'machine') setMachineOn(control.isOn)
          },
        })
    },
  })
  const { isViewOnly } = link.viewers
  useSerialTerminal(serial, place, { isViewOnly, onFind: () => setSearching(true) })
  const closeSearch = () => {
    setSearching(false)
    serial?.terminal.focus()
  }
  return (
    <ConsoleFrame
      label={label}
      link={link}
      parts={parts}
      keyRow={serial && <SerialKeyRow terminal={serial.terminal} />}
      tools={(viewOnlyButton) => (
        <SerialTools
          name={name}
          serial={serial}
          isViewOnly={isViewOnly}
          viewOnlyButton={viewOnlyButton}
          isSearching={isSearching}
          onSearching={setSearching}
        />
      )}
      strip={
        !isMachineOn &&
        move === null && (
          <ConsoleStrip title="The machine is off." action={parts.startAction}>
            This is what it wrote last; it goes on here when it starts.
          </ConsoleStrip>
        )
      }
    >
      <div
        ref={place}
        role="group"
        aria-label={label}
        data-console-serial={vmId}
        className={cn(
          'absolute inset-0 overflow-hidden py-2 pl-3',
          link.state.kind !== 'open' && !isFollowing(link.state) && 'opacity-40',
        )}
      />
      {serial && isSearching && <SerialSearch serial={serial} onClose={closeSearch} />}
    </ConsoleFrame>
  )
}
