'use client'
import { Select } from '@berth/ui/select'
import type { DiskPlan } from '@berth/core/migration/disk-plan'
import { HardDrive } from 'lucide-react'
import { formatBytes } from '../../lib/format.ts'
import { choiceHint, choiceText, type TravellingRow, travelBytes } from './disk-choices.ts'

export interface DiskSectionProps {
  plans: readonly DiskPlan[]
  rows: readonly TravellingRow[]
  onChoose: (volumeId: string, pool: string) => void
  /** What the chosen pools cannot hold together. */
  problem: string | null
  /** Nothing else is sent of it. */
  isOff?: boolean
}

/** Which disks stay where both hosts see them, and which travel, and into which pool. */
export function DiskSection({ plans, rows, onChoose, problem, isOff = false }: DiskSectionProps) {
  const bytes = travelBytes(rows)
  return (
    <section aria-label="Disks" className="flex min-w-0 flex-col gap-2.5">
      <div className="flex items-baseline justify-between gap-3">
        <h3 className="text-sm font-medium">Disks</h3>
        <span className="text-ink-3 text-xs">
          {bytes === null ? 'Nothing is copied' : `About ${formatBytes(bytes)} are copied${isOff ? '' : ' first'}`}
        </span>
      </div>
      <ul className="border-line divide-line-soft divide-y rounded-lg border">
        {plans.map((plan) => (
          <DiskRow
            key={plan.volumeId}
            plan={plan}
            row={rows.find(({ disk }) => disk.volumeId === plan.volumeId)}
            onChoose={onChoose}
          />
        ))}
      </ul>
      {problem !== null && (
        <p role="alert" className="text-bad-ink text-xs">
          {problem}
        </p>
      )}
    </section>
  )
}

interface DiskRowProps {
  plan: DiskPlan
  row: TravellingRow | undefined
  onChoose: (volumeId: string, pool: string) => void
}

function DiskRow({ plan, row, onChoose }: DiskRowProps) {
  return (
    <li className="flex flex-col gap-2 px-3 py-2.5">
      <div className="flex min-w-0 items-center gap-2.5">
        <HardDrive aria-hidden className="text-ink-3 size-4 shrink-0" />
        <p className="min-w-0 flex-1 text-sm">
          <span className="font-medium">Disk {plan.number}</span>
          <span className="text-ink-2"> · {formatBytes(plan.sizeBytes)}</span>
        </p>
        {row === undefined ? (
          <p className="text-ink-2 shrink-0 text-xs">
            stays in <span className="text-ink font-medium">{plan.pool}</span>
          </p>
        ) : (
          <PoolChoice row={row} onChoose={onChoose} />
        )}
      </div>
      <p className="text-ink-3 pl-6.5 text-xs">
        {row === undefined ? 'Both hosts see that pool: nothing of it is copied.' : choiceText(row.choice)}
      </p>
    </li>
  )
}

function PoolChoice({ row, onChoose }: { row: TravellingRow; onChoose: DiskRowProps['onChoose'] }) {
  const { disk, choice } = row
  return (
    <div className="flex shrink-0 items-center gap-2">
      <span aria-hidden className="text-ink-2 text-xs">
        travels into
      </span>
      <Select
        label={`Disk ${disk.number} travels into pool`}
        hideLabel
        className="w-32"
        value={choice.pool}
        onValueChange={(pool) => onChoose(disk.volumeId, pool)}
        options={disk.choices.map((each) => ({
          value: each.pool,
          label: each.pool,
          hint: choiceHint(each),
          disabledReason: each.refusal,
        }))}
      />
    </div>
  )
}
