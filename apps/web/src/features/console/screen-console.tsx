'use client'
import type RFB from '@novnc/novnc'
import { toast } from '@berth/ui/toast'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { ConsoleFrame } from './console-frame.tsx'
import { ConsoleOverlay } from './console-overlay.tsx'
import { KeyRow } from './key-row.tsx'
import { recallFrame } from './last-frame.ts'
import type { MachinePower } from './link-state.ts'
import { saveFile, stampedName } from './save-file.ts'
import { applySettings, attachScreen } from './screen-session.ts'
import { ScreenTools } from './screen-tools.tsx'
import { useConsoleLink } from './use-console-link.ts'
import { useHeldKeys } from './use-held-keys.ts'

export interface ScreenConsoleProps {
  vmId: string
  name: string
  machine: MachinePower
  startAction: ReactNode
  /** Choice of console, at the left of the bar. */
  kindSwitch: ReactNode
  /** Power, own window: at the right of the bar. */
  machineTools: ReactNode
}

/** The machine's screen. Give it a key of the machine: it follows one machine for its whole life. */
export function ScreenConsole({ vmId, name, machine, startAction, kindSwitch, machineTools }: ScreenConsoleProps) {
  const place = useRef<HTMLDivElement>(null)
  const [client, setClient] = useState<RFB | null>(null)
  const [lastFrame, setLastFrame] = useState(() => recallFrame(vmId))
  const [isFitted, setFitted] = useState(true)
  const [isViewOnly, setViewOnly] = useState(false)
  const held = useHeldKeys(client)

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
          place: { element: place.current, vmId, label: `Screen of ${name}` },
          settings: { isFitted, isViewOnly },
          onClient: setClient,
          onLastFrame: setLastFrame,
        })
      }
    },
  })

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
  const tools = (
    <ScreenTools
      vmId={vmId}
      client={client}
      held={held}
      isFitted={isFitted}
      onFitted={setFitted}
      isViewOnly={isViewOnly}
      onViewOnly={setViewOnly}
      onScreenshot={takeScreenshot}
    />
  )
  return (
    <ConsoleFrame
      label={`Screen of ${name}`}
      link={link}
      kindSwitch={kindSwitch}
      tools={tools}
      machineTools={machineTools}
      keyRow={client && !isViewOnly ? <KeyRow client={client} held={held} vmId={vmId} /> : null}
    >
      <div
        ref={place}
        data-console-screen={vmId}
        className={isLive ? 'absolute inset-0' : 'invisible absolute inset-0'}
      />
      <ConsoleOverlay state={link.state} lastFrame={lastFrame} onRetry={link.reconnect} startAction={startAction} />
    </ConsoleFrame>
  )
}
