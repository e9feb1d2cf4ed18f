'use client'
import type RFB from '@novnc/novnc'
import { IconButton } from '@berth/ui/icon-button'
import { Camera, ClipboardPaste, Eye, EyeOff, Scaling, Shrink } from 'lucide-react'
import { useState } from 'react'
import { KeysMenu } from './keys-menu.tsx'
import { PasteDialog } from './paste-dialog.tsx'
import type { HeldKeys } from './use-held-keys.ts'

export interface ScreenToolsProps {
  vmId: string
  client: RFB | null
  held: HeldKeys
  isFitted: boolean
  onFitted: (isFitted: boolean) => void
  isViewOnly: boolean
  onViewOnly: (isViewOnly: boolean) => void
  onScreenshot: () => void
}

export function ScreenTools(props: ScreenToolsProps) {
  const { vmId, client, held, isFitted, onFitted, isViewOnly, onViewOnly, onScreenshot } = props
  const [isPasting, setPasting] = useState(false)
  const noScreen = client === null ? 'The screen is not connected' : null
  const noKeys = noScreen ?? (isViewOnly ? 'View only: nothing is sent to the machine' : null)
  return (
    <>
      <KeysMenu client={client} held={held} disabledReason={noKeys} />
      <IconButton label="Paste as keystrokes" size="sm" disabledReason={noKeys} onClick={() => setPasting(true)}>
        <ClipboardPaste />
      </IconButton>
      <IconButton
        label={isViewOnly ? 'Take the keyboard and mouse' : 'View only'}
        size="sm"
        aria-pressed={isViewOnly}
        onClick={() => {
          held.releaseAll()
          onViewOnly(!isViewOnly)
        }}
        className={isViewOnly ? 'bg-accent-soft text-accent-ink' : undefined}
      >
        {isViewOnly ? <EyeOff /> : <Eye />}
      </IconButton>
      <IconButton
        label={isFitted ? 'Show at its own size (1:1)' : 'Fit to the window'}
        size="sm"
        aria-pressed={isFitted}
        onClick={() => onFitted(!isFitted)}
      >
        {isFitted ? <Scaling /> : <Shrink />}
      </IconButton>
      <IconButton label="Save a screenshot" size="sm" disabledReason={noScreen} onClick={onScreenshot}>
        <Camera />
      </IconButton>
      {client && isPasting && <PasteDialog vmId={vmId} client={client} onClose={() => setPasting(false)} />}
    </>
  )
}
