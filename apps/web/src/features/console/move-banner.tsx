import { Spinner } from '@berth/ui/spinner'
import type { ConsoleParts } from './console-parts.ts'
import { isFollowing, type LinkState } from './link-state.ts'

/** Over the upper edge of the picture while its machine moves: the picture goes on, and what it does is said here. */
export function MoveBanner({ move, state }: Pick<ConsoleParts, 'move'> & { state: LinkState }) {
  const isChanging = isFollowing(state)
  // One that waits in line, or is still being prepared, is nothing to be told of here.
  if (move?.isSending !== true && !isChanging) return null
  const target = move?.targetName ?? 'another host'
  return (
    <div className="pointer-events-none absolute inset-x-3 top-3 flex justify-center">
      <p
        role="status"
        className="border-line bg-raised text-ink flex items-center gap-2.5 rounded-lg border px-3.5 py-2 text-sm shadow-lg"
      >
        <Spinner className="text-focus" />
        <span>
          <span className="font-medium">Moving to {target}…</span>{' '}
          <span className="text-ink-2">
            {isChanging
              ? 'It changes hosts now; the picture is back in a moment.'
              : 'It runs on, and the console follows it.'}
          </span>
        </span>
      </p>
    </div>
  )
}
