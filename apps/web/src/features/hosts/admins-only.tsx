import { EmptyState } from '@berth/ui/empty-state'
import { Lock } from 'lucide-react'

/** In place of a page that only administrators may read. */
export function AdminsOnly({ what }: { what: string }) {
  return (
    <EmptyState icon={<Lock />} title="Only for administrators">
      {what} can be seen by administrators of this panel. Ask one of them.
    </EmptyState>
  )
}
