'use client'
import { CloudOff } from 'lucide-react'
import { ageText } from './age-text.ts'
import { Badge } from './badge.tsx'
import { useNow } from './ticking-clock.ts'
import { Tooltip } from './tooltip.tsx'

export interface StaleBadgeProps {
  /** When the source was heard last. */
  seenAt: string | number
  /** Who went silent, in words: "host-b does not answer". */
  reason?: string | undefined
}

/** The age of what is shown, for data whose source does not answer. Render it only while that is so. */
export function StaleBadge({ seenAt, reason }: StaleBadgeProps) {
  const now = useNow()
  const seen = new Date(seenAt)
  const age = now === null ? '' : ageText(Math.max(0, now - seen.getTime()), 'elapsed')
  return (
    <Tooltip
      content={`${reason ? `${reason}. ` : ''}Last seen ${seen.toISOString().slice(0, 19).replace('T', ' ')} UTC`}
    >
      <Badge tone="warn" tabIndex={0} icon={<CloudOff aria-hidden />}>
        stale {age}
      </Badge>
    </Tooltip>
  )
}
