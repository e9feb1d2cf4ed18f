import { EmptyState } from '@berth/ui/empty-state'
import type { ReactNode } from 'react'

/** What a wrong address shows. Its icon is drawn here: the one of the library brings that along into every page. */
export function NothingHere({ action }: { action: ReactNode }) {
  return (
    <div className="grid min-h-[70dvh] place-items-center">
      <EmptyState icon={<CompassIcon />} title="Nothing lies here" action={action}>
        The address is wrong, the thing was deleted, or it belongs to somebody else.
      </EmptyState>
    </div>
  )
}

function CompassIcon() {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeLinecap="round" strokeLinejoin="round" aria-hidden>
      <circle cx="12" cy="12" r="10" />
      <path d="m16.24 7.76-1.804 5.411a2 2 0 0 1-1.265 1.265L7.76 16.24l1.804-5.411a2 2 0 0 1 1.265-1.265z" />
    </svg>
  )
}
