'use client'
import type RFB from '@novnc/novnc'
import { toast } from '@berth/ui/toast'
import { useEffect, useRef, useState } from 'react'
import { ConsoleFrame } from './console-frame.tsx'
import type { ConsoleParts } from './console-parts.ts'
import { recallFrame } from './last-frame.ts'
import { saveFile, stampedName } from './save-file.ts'
import { ScreenKeyRow } from './screen-key-row.tsx'
import { applySettings, attachScreen } from './screen-session.ts'
import { ScreenTools } from './screen-tools.tsx'
import { useConsoleLink } from './use-console-link.ts'
import { useHeldKeys } from './use-held-keys.ts'

/** The machine's screen. Give it a key of the machine: it follows one machine for its whole life. */
export function ScreenConsole(parts: ConsoleParts) {
  const { vmId, name, machine } = parts
  const label = `Screen of ${name}`
  const place = useRef<HTMLDivElement>(null)
  const [client, setClient] = useState<RFB | null>(null)
  const [lastFrame, setLastFrame] = useState(() => recallFrame(vmId))
  const [isFitted, setFitted] = useState(true)

  const link = useConsoleLink({
    vmId,
    kind: 'screen',
    machine,
    prepare: async () => {
      const { default: RfbClient } = await import('@novnc/novnc')
      return (socket, told) => {
        if (!place.current) throw new Error('the console was closed')
        return attachScreen(socket, {
          ...told,
          RfbClient,
          place: { element: place.current, vmId, label },
          settings: { isFitted, isViewOnly },
          onClient: setClient,
          onLastFrame: setLastFrame,
        })
      }
    },
  })
  const { isViewOnly } = link.viewers
  const held = useHeldKeys(client, isViewOnly)

  useEffect(() => {
    if (client) applySettings(client, { isFitted, isViewOnly })
  }, [client, isFitted, isViewOnly])

  const takeScreenshot = () => {
    client?.toBlob((blob) => {
      if (blob) saveFile(stampedName(name, 'png'), blob)
      else toast.failure('No screenshot', { description: 'The browser could not encode the picture.' })
    }, 'image/png')
  }
  const isLive = link.state.kind === 'open'
  return (
    <ConsoleFrame
      label={label}
      link={link}
      parts={parts}
      lastFrame={lastFrame}
      keyRow={client && <ScreenKeyRow client={client} held={held} vmId={vmId} />}
      tools={(viewOnlyButton) => (
        <ScreenTools
          vmId={vmId}
          client={client}
          held={held}
          isFitted={isFitted}
          onFitted={setFitted}
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
