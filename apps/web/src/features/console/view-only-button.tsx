'use client'
import type { InputWish, ViewerInput } from '@berth/core/console/console-viewer'
import { IconButton } from '@berth/ui/icon-button'
import { Eye, EyeOff } from 'lucide-react'
import type { ConsoleViewers } from './use-console-viewers.ts'

const next: Readonly<Record<ViewerInput, { label: string; wish: InputWish }>> = {
  shares: { label: 'View only', wish: 'watch' },
  holds: { label: 'View only', wish: 'watch' },
  watches: { label: 'Type again', wish: 'share' },
  heldBack: { label: 'Take over', wish: 'hold' },
}

/** Stops sending anything to the machine, or begins again. */
export function ViewOnlyButton({ viewers, isLive }: { viewers: ConsoleViewers; isLive: boolean }) {
  const { label, wish } = next[viewers.seen?.mine.input ?? 'shares']
  const { isViewOnly } = viewers
  return (
    <IconButton
      label={label}
      size="sm"
      aria-pressed={isViewOnly}
      disabledReason={isLive && viewers.seen ? null : 'The console is not connected'}
      onClick={() => viewers.ask(wish)}
      className={isViewOnly ? 'bg-accent-soft text-accent-ink' : undefined}
    >
      {isViewOnly ? <EyeOff /> : <Eye />}
    </IconButton>
  )
}
