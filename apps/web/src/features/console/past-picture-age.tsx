import { cn } from '@berth/ui/cn'
import { RelativeTime } from '@berth/ui/relative-time'

/** Says that a picture is none of now, and of when it is. */
export function PastPictureAge({ takenAt, className }: { takenAt: string; className?: string }) {
  return (
    <span className={cn('bg-raised/90 text-ink-2 rounded-md px-2 py-1 text-xs', className)}>
      Last picture, <RelativeTime at={takenAt} />
    </span>
  )
}
