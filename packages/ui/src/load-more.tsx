'use client'
import { Button } from './button.tsx'

export interface LoadMoreProps {
  shown: number
  /** All there are, where the server knows. */
  total?: number | undefined
  hasMore: boolean
  loading: boolean
  onLoadMore: () => void
}

/** Below a paged list: how many are shown, and more on a click. */
export function LoadMore({ shown, total, hasMore, loading, onLoadMore }: LoadMoreProps) {
  const count = total === undefined ? `${shown} shown` : `${shown} of ${total}`
  return (
    <div className="text-ink-3 flex items-center justify-between gap-3 px-4 py-2.5 text-xs">
      <span role="status">{count}</span>
      {hasMore && (
        <Button size="sm" variant="ghost" pending={loading} onClick={onLoadMore}>
          Load more
        </Button>
      )}
    </div>
  )
}
