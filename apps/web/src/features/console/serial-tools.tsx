'use client'
import { DropdownMenu, MenuCheckItem, MenuItem, MenuSeparator } from '@berth/ui/dropdown-menu'
import { IconButton } from '@berth/ui/icon-button'
import { toast } from '@berth/ui/toast'
import { Copy, Download, EllipsisVertical, Ruler, Search, TextSelect } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { saveFile, stampedName } from './save-file.ts'
import type { SerialTerminal } from './serial-terminal.ts'
import { textOfTerminal } from './serial-text.ts'

export interface SerialToolsProps {
  name: string
  serial: SerialTerminal | null
  isViewOnly: boolean
  viewOnlyButton: ReactNode
  isSearching: boolean
  onSearching: (isSearching: boolean) => void
}

export function SerialTools(props: SerialToolsProps) {
  const { name, serial, isViewOnly, viewOnlyButton, isSearching, onSearching } = props
  const [readsAloud, setReadsAloud] = useState(false)
  const notYet = serial === null ? 'The terminal is still loading' : null
  const copy = () => {
    if (!serial) return
    const { terminal } = serial
    if (!terminal.hasSelection()) terminal.selectAll()
    terminal.focus()
    const worked = document.execCommand('copy')
    if (!worked) toast.failure('Not copied', { description: 'The browser refused; press Ctrl Shift C.' })
  }
  const download = () => {
    if (serial) saveFile(stampedName(`${name}-serial`, 'txt'), new Blob([textOfTerminal(serial.terminal)]))
  }
  const readAloud = (on: boolean) => {
    setReadsAloud(on)
    if (serial) setScreenReader(serial, on)
  }
  return (
    <>
      <IconButton
        label="Search (Ctrl Shift F)"
        size="sm"
        aria-pressed={isSearching}
        disabledReason={notYet}
        onClick={() => onSearching(!isSearching)}
      >
        <Search />
      </IconButton>
      <IconButton label="Copy the selection, or all" size="sm" disabledReason={notYet} onClick={copy}>
        <Copy />
      </IconButton>
      <IconButton label="Download as text" size="sm" disabledReason={notYet} onClick={download}>
        <Download />
      </IconButton>
      {viewOnlyButton}
      <DropdownMenu
        trigger={
          <IconButton label="More for the terminal" size="sm" disabledReason={notYet}>
            <EllipsisVertical />
          </IconButton>
        }
      >
        <MenuItem icon={<TextSelect aria-hidden />} onSelect={() => serial?.terminal.selectAll()}>
          Select all
        </MenuItem>
        <MenuItem
          icon={<Ruler aria-hidden />}
          disabledReason={isViewOnly ? 'View only: nothing is sent to the machine' : null}
          onSelect={() => serial && typeSize(serial)}
        >
          Tell the shell this size (types stty)
        </MenuItem>
        <MenuSeparator />
        <MenuCheckItem checked={readsAloud} onCheckedChange={readAloud}>
          Read output to screen readers
        </MenuCheckItem>
      </DropdownMenu>
    </>
  )
}

/** A serial line carries no size: the guest's shell must be told in its own words. */
function typeSize({ terminal }: SerialTerminal): void {
  terminal.input(`stty rows ${terminal.rows} cols ${terminal.cols}\r`)
  terminal.focus()
}

/** Keeps a copy of the screen as text in the page, which costs some speed. */
function setScreenReader({ terminal }: SerialTerminal, isOn: boolean): void {
  terminal.options.screenReaderMode = isOn
}
