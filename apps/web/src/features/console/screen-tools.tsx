'use client'
import type RFB from '@novnc/novnc'
import { IconButton } from '@berth/ui/icon-button'
import { Camera, ClipboardPaste } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { KeysMenu } from './keys-menu.tsx'
import { PasteDialog } from './paste-dialog.tsx'
import { SizeMenu, type SizeMenuProps } from './size-menu.tsx'
import type { HeldKeys } from './use-held-keys.ts'

export interface ScreenToolsProps {
  vmId: string
  client: RFB | null
  held: HeldKeys
  size: SizeMenuProps
  isViewOnly: boolean
  viewOnlyButton: ReactNode
  onScreenshot: () => void
}

export function ScreenTools(props: ScreenToolsProps) {
  const { vmId, client, held, size, isViewOnly, viewOnlyButton, onScreenshot } = props
  const [isPasting, setPasting] = useState(false)
  const noScreen = client === null ? 'The screen is not connected' : null
  const noKeys = noScreen ?? (isViewOnly ? 'View only: nothing is sent to the machine' : null)
  return (
    <>
      <KeysMenu client={client} held={held} disabledReason={noKeys} />
      <IconButton label="Paste as keystrokes" size="sm" disabledReason={noKeys} onClick={() => setPasting(true)}>
        <ClipboardPaste />
      </IconButton>
      {viewOnlyButton}
      <SizeMenu {...size} />
      <IconButton label="Save a screenshot" size="sm" disabledReason={noScreen} onClick={onScreenshot}>
        <Camera />
      </IconButton>
      {client && isPasting && <PasteDialog vmId={vmId} client={client} onClose={() => setPasting(false)} />}
    </>
  )
}
