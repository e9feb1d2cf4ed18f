'use client'
import { cn } from '@berth/ui/cn'
import { IconButton } from '@berth/ui/icon-button'
import { StateDot } from '@berth/ui/state-dot'
import { Tooltip } from '@berth/ui/tooltip'
import { Maximize2, Minimize2 } from 'lucide-react'
import type { ReactNode } from 'react'
import { ConsoleOverlay } from './console-overlay.tsx'
import type { ConsoleParts } from './console-parts.ts'
import { HeldBackStrip } from './held-back-strip.tsx'
import type { PastPicture } from './last-frame.ts'
import { linkText } from './link-text.ts'
import { MoveBanner } from './move-banner.tsx'
import type { ConsoleLink } from './use-console-link.ts'
import { useFullScreen } from './use-full-screen.ts'
import { ViewOnlyButton } from './view-only-button.tsx'
import { ViewersMenu } from './viewers-menu.tsx'

export interface ConsoleFrameProps {
  label: string
  link: ConsoleLink
  parts: ConsoleParts
  /** The kind's own buttons, around the one for view only, which is the same for both. */
  tools: (viewOnlyButton: ReactNode) => ReactNode
  /** Below the picture on touch screens. */
  keyRow: ReactNode
  /** The last picture, shown dimmed while there is none. */
  lastFrame?: PastPicture | null
  /** Over the lower edge of the picture. */
  strip?: ReactNode
  children: ReactNode
}

/** Bar, picture and key row. What surrounds the picture is black in both themes, as on a monitor. */
export function ConsoleFrame(props: ConsoleFrameProps) {
  const { label, link, parts, tools, keyRow, lastFrame = null, strip, children } = props
  const { kindSwitch, machineTools, startAction, move } = parts
  const full = useFullScreen()
  const isLive = link.state.kind === 'open'
  return (
    <section
      aria-label={label}
      className={cn(
        'flex min-h-0 flex-1 flex-col overflow-hidden',
        full.isFull ? 'bg-surface fixed inset-0 z-35' : 'border-line bg-surface rounded-lg border shadow-xs',
      )}
    >
      <div className="border-line flex min-h-11 flex-wrap items-center gap-x-2 gap-y-1 border-b px-2 py-1.5">
        {kindSwitch}
        <LinkStatus link={link} />
        {isLive && <ViewersMenu viewers={link.viewers} />}
        <div role="toolbar" aria-label="Console tools" className="ml-auto flex flex-wrap items-center gap-0.5">
          {tools(<ViewOnlyButton viewers={link.viewers} isLive={isLive} />)}
          <IconButton label={full.isFull ? 'Leave full screen' : 'Full screen'} size="sm" onClick={full.toggle}>
            {full.isFull ? <Minimize2 /> : <Maximize2 />}
          </IconButton>
          {machineTools}
        </div>
      </div>
      <div className="relative min-h-0 flex-1 bg-black">
        {children}
        {isLive && (
          <div className="pointer-events-none absolute inset-x-3 bottom-3 flex flex-col gap-2">
            <HeldBackStrip viewers={link.viewers} />
            {strip}
          </div>
        )}
        <ConsoleOverlay state={link.state} lastFrame={lastFrame} onRetry={link.reconnect} startAction={startAction} />
        <MoveBanner move={move} state={link.state} />
      </div>
      {!link.viewers.isViewOnly && keyRow}
    </section>
  )
}

function LinkStatus({ link }: { link: ConsoleLink }) {
  const { dot, word } = linkText(link.state)
  const { latencyMs } = link
  const shown = latencyMs === null ? null : latencyMs < 10 ? latencyMs.toFixed(1) : String(Math.round(latencyMs))
  return (
    <span role="status" className="text-ink-2 flex items-center gap-2 px-1 text-xs">
      <StateDot kind={dot} label={word} />
      {shown !== null && (
        <Tooltip content="From this browser to the machine’s host and back">
          <span tabIndex={0} className="text-ink-3">
            {shown} ms
          </span>
        </Tooltip>
      )}
    </span>
  )
}
