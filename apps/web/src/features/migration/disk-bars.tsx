import { ProgressBar } from '@berth/ui/progress-bar'
import type { MoveView } from '@berth/core/migration/move-view'
import { Check, HardDrive } from 'lucide-react'
import { type DiskBarRow, diskBarRows, diskBarsText } from './disk-bar-rows.ts'

/** The disks that travel, before the passes over the memory. Nothing where all stay. */
export function DiskBars({ move, isOver }: { move: MoveView; isOver: boolean }) {
  const rows = diskBarRows(move)
  if (rows.length === 0) return null
  const text = isOver ? null : diskBarsText(rows, move)
  return (
    <section aria-label="Disks" className="flex min-w-0 flex-col gap-2">
      <h3 className="text-sm font-medium">Bytes of each disk</h3>
      <ul className="flex flex-col gap-3">
        {rows.map((row) => (
          <Row key={row.volumeId} row={row} isOver={isOver} />
        ))}
      </ul>
      {text !== null && <p className="text-ink-3 text-xs">{text}</p>}
    </section>
  )
}

function Row({ row, isOver }: { row: DiskBarRow; isOver: boolean }) {
  const { name, way, share, isReady, text } = row
  return (
    <li className="flex flex-col gap-1">
      <div className="flex flex-wrap items-center justify-between gap-x-3 text-sm">
        <p className="flex min-w-0 items-center gap-2">
          <HardDrive aria-hidden className="text-ink-3 size-4 shrink-0" />
          <span className="font-medium">{name}</span>
          <span className="text-ink-3 truncate text-xs">{way}</span>
        </p>
        <p className="text-ink-2 flex items-center gap-1.5 text-xs">
          {text}
          {isReady && (
            <>
              <Check aria-hidden className="text-ok-ink size-3.5" />
              <span className="sr-only">, the same on both sides</span>
            </>
          )}
        </p>
      </div>
      <ProgressBar label={name} value={share ?? 0} tone={isReady ? 'ok' : isOver ? 'warn' : 'accent'} />
    </li>
  )
}
