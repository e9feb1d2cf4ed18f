'use client'
import { toast } from '@berth/ui/toast'
import { useEffect, useRef, useState } from 'react'
import { ConsoleFrame } from './console-frame.tsx'
import type { ConsoleParts } from './console-parts.ts'
import { recallSizing, rememberSizing } from './console-preferences.ts'
import { recallFrame } from './last-frame.ts'
import type { ResizableScreen, ResizeSupport } from './resizable-screen.ts'
import { saveFile, stampedName } from './save-file.ts'
import { ScreenKeyRow } from './screen-key-row.tsx'
import { applySettings, attachScreen } from './screen-session.ts'
import { ScreenTools } from './screen-tools.tsx'
import { type Sizing, sizingNow, whyNoResize } from './sizing.ts'
import { useConsoleLink } from './use-console-link.ts'
import { useHeldKeys } from './use-held-keys.ts'
import { usePastPicture } from './use-past-picture.ts'

/** The machine's screen. Give it a key of the machine: it follows one machine for its whole life. */
export function ScreenConsole(parts: ConsoleParts) {
  const { vmId, name, machine, hostId, move } = parts
  const label = `Screen of ${name}`
  const place = useRef<HTMLDivElement>(null)
  const [client, setClient] = useState<ResizableScreen | null>(null)
  const [lastFrame, setLastFrame] = useState(() => recallFrame(vmId))
  const [chosen, setChosen] = useState(() => recallSizing(vmId))
  const [support, setSupport] = useState<ResizeSupport>('unknown')
  const sizing = sizingNow(chosen, support)
  const choose = (next: Sizing) => {
    setChosen(next)
    rememberSizing(vmId, next)
  }

  const link = useConsoleLink({
    vmId,
    kind: 'screen',
    machine,
    hostId,
    isMoving: move !== null,
    prepare: async () => {
      const { default: RfbClient } = await import('@novnc/novnc')
      return (socket, told) => {
        if (!place.current) throw new Error('the console was closed')
        return attachScreen(socket, {
          ...told,
          RfbClient,
          place: { element: place.current, vmId, label },
          settings: { sizing, isViewOnly },
          onClient: setClient,
          onResizeSupport: setSupport,
          onLastFrame: setLastFrame,
        })
      }
    },
  })
  const { isViewOnly } = link.viewers
  const held = useHeldKeys(client, isViewOnly)
  const noResize = client === null ? 'The screen is not connected' : whyNoResize(support, isViewOnly)

  useEffect(() => {
    if (client) applySettings(client, { sizing, isViewOnly })
  }, [client, sizing, isViewOnly])

  const takeScreenshot = () => {
    client?.toBlob((blob) => {
      if (blob) saveFile(stampedName(name, 'png'), blob)
      else toast.failure('No screenshot', { description: 'The browser could not encode the picture.' })
    }, 'image/png')
  }
  const isLive = link.state.kind === 'open'
  const picture = usePastPicture(vmId, machine === 'off' && move === null, lastFrame)
  return (
    <ConsoleFrame
      label={label}
      link={link}
      parts={parts}
      lastFrame={picture}
      keyRow={client && <ScreenKeyRow client={client} held={held} vmId={vmId} />}
      tools={(viewOnlyButton) => (
        <ScreenTools
          vmId={vmId}
          client={client}
          held={held}
          size={{ sizing, onSizing: choose, noResize }}
          isViewOnly={isViewOnly}
          viewOnlyButton={viewOnlyButton}
          onScreenshot={takeScreenshot}
        />
      )}
    >
      <div
        ref={place}
        data-console-screen={vmId}
        className={isLive ? 'absolute inset-0' : 'invisible absolute inset-0'}
      />
    </ConsoleFrame>
  )
}
