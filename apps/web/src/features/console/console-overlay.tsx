'use client'
import { Button } from '@berth/ui/button'
import { Spinner } from '@berth/ui/spinner'
import { CircleOff, Power, RotateCw } from 'lucide-react'
import type { ReactNode } from 'react'
import type { PastPicture } from './last-frame.ts'
import { isFollowing, type LinkState } from './link-state.ts'
import { linkText } from './link-text.ts'
import { PastPictureAge } from './past-picture-age.tsx'

export interface ConsoleOverlayProps {
  state: LinkState
  /** The last picture, shown dimmed below. */
  lastFrame: PastPicture | null
  onRetry: () => void
  /** Start, where the machine is off. */
  startAction: ReactNode
}

/** Says calmly what goes on while there is no live picture. */
export function ConsoleOverlay({ state, lastFrame, onRetry, startAction }: ConsoleOverlayProps) {
  const { title, help } = linkText(state)
  if (title === null) return null
  // The banner says what goes on; the picture stays as it was for the moment that this takes.
  if (isFollowing(state)) {
    return (
      lastFrame && <img src={lastFrame.src} alt="Last picture" className="absolute inset-0 size-full object-contain" />
    )
  }
  return (
    <div className="absolute inset-0 overflow-hidden">
      {lastFrame !== null && (
        <>
          <img src={lastFrame.src} alt="Last picture" className="size-full object-contain opacity-35 grayscale" />
          <PastPictureAge takenAt={lastFrame.takenAt} className="absolute bottom-3 left-3" />
        </>
      )}
      <div role="status" className="absolute inset-0 grid place-items-center p-4">
        <div className="border-line bg-raised flex max-w-sm flex-col items-center gap-1 rounded-xl border px-6 py-5 text-center shadow-lg">
          <OverlayMark state={state} />
          <p className="text-ink mt-2 text-base font-medium">{title}</p>
          {help !== '' && <p className="text-ink-2 text-sm text-balance">{help}</p>}
          {state.kind === 'off' && startAction !== null && <div className="mt-3">{startAction}</div>}
          {state.kind === 'waiting' && state.failures > 2 && (
            <Button size="sm" className="mt-3" onClick={onRetry}>
              <RotateCw aria-hidden />
              Try now
            </Button>
          )}
        </div>
      </div>
    </div>
  )
}

function OverlayMark({ state }: { state: LinkState }) {
  if (state.kind === 'off') return <Power aria-hidden className="text-ink-3 size-6" />
  if (state.kind === 'gone') return <CircleOff aria-hidden className="text-ink-3 size-6" />
  return <Spinner className="text-ink-2 size-6" />
}
