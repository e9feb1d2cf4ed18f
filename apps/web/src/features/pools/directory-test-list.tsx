import { StateDot } from '@berth/ui/state-dot'
import type { PoolTest } from '@berth/core/storage/pool'

const looks = {
  can: { kind: 'on', word: 'Fits' },
  warning: { kind: 'warn', word: 'Look at this' },
  cannot: { kind: 'failed', word: 'Does not fit' },
} as const

/** What each host found at the path. */
export function DirectoryTestList({ items }: { items: readonly PoolTest[] }) {
  return (
    <ul aria-label="What the hosts found" className="border-line divide-line-soft divide-y rounded-lg border">
      {items.map((item) => {
        const { kind, word } = looks[item.verdict]
        return (
          <li key={item.hostId} className="flex flex-col gap-0.5 px-3 py-2">
            <div className="flex items-center justify-between gap-3">
              <span className="truncate text-sm font-medium">{item.name}</span>
              <span className="shrink-0 text-xs">
                <StateDot kind={kind} label={word} />
              </span>
            </div>
            <p className="text-ink-2 text-xs text-pretty">{item.text}</p>
          </li>
        )
      })}
    </ul>
  )
}
