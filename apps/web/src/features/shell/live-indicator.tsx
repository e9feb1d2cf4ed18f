'use client'
import { StateDot } from '@berth/ui/state-dot'
import { ageText } from '@berth/ui/age-text'
import { useNow } from '@berth/ui/ticking-clock'
import { Tooltip } from '@berth/ui/tooltip'

export type LiveState =
  { kind: 'live' } | { kind: 'reconnecting'; sinceMs: number } | { kind: 'stale'; sinceMs: number }

const looks = {
  live: { dot: 'on', word: 'Live', help: 'What you see is pushed as it happens' },
  reconnecting: {
    dot: 'busy',
    word: 'Reconnecting',
    help: 'The stream of events broke off; nothing is lost, it goes on where it stopped',
  },
  stale: { dot: 'warn', word: 'Stale', help: 'No word from the panel; what you see may be out of date' },
} as const

/** Whether the page follows the truth right now; on a phone only the shape is seen. */
export function LiveIndicator({ state }: { state: LiveState }) {
  const now = useNow()
  const { dot, word, help } = looks[state.kind]
  const age = state.kind !== 'live' && now !== null ? ageText(Math.max(0, now - state.sinceMs), 'elapsed') : null
  const text = age === null ? word : `${word} ${age}`
  return (
    <Tooltip content={help} side="bottom">
      <span
        role="status"
        tabIndex={0}
        aria-label={text}
        className="text-ink-2 inline-flex h-8 items-center rounded-md px-1.5 text-xs"
      >
        <StateDot kind={dot} label={text} className="max-sm:[&>span]:sr-only" />
      </span>
    </Tooltip>
  )
}
