'use client'
import type { MoveProgress } from '@berth/core/migration/move-progress'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { formatRate } from '../../lib/format.ts'
import { useTRPCClient } from '../../lib/trpc/trpc-context.ts'
import { capAt, noCapPosition, positionOf } from './cap-steps.ts'
import { capAsBits } from './bandwidth-cap.ts'
import { useMayMigrate } from './use-may-migrate.ts'

export interface CapSliderProps {
  vmId: string
  progress: MoveProgress
}

/** How fast memory may be sent, changed while it is. Takes effect when it is let go; figures say what holds. */
export function CapSlider({ vmId, progress }: CapSliderProps) {
  const client = useTRPCClient()
  const held = progress.bandwidthBytesPerSecond
  /** While it is dragged, and until figures tell of it. */
  const [wanted, setWanted] = useState<number | null>(null)
  const { mutate, isPending } = useMutation({
    mutationFn: (bandwidthBytesPerSecond: number | null) =>
      client.vm.setMoveBandwidth.mutate({ vmId, bandwidthBytesPerSecond }),
    onSettled: () => setWanted(null),
  })
  if (!useMayMigrate() || held === undefined) return null
  const position = wanted ?? positionOf(held)
  const cap = wanted === null ? held : capAt(position)
  const commit = () => {
    if (wanted !== null && !isPending) mutate(capAt(wanted))
  }
  return (
    <label className="flex flex-col gap-1.5 text-sm">
      <span className="flex flex-wrap items-baseline justify-between gap-x-3">
        <span className="font-medium">Bandwidth cap</span>
        <span className="text-ink-2 text-xs">{capText(cap)}</span>
      </span>
      <input
        type="range"
        min={0}
        max={noCapPosition}
        step={1}
        value={position}
        aria-label="Bandwidth cap"
        aria-valuetext={capText(cap)}
        onChange={(event) => setWanted(event.target.valueAsNumber)}
        onPointerUp={commit}
        onKeyUp={commit}
        onBlur={commit}
        className="accent-accent w-full cursor-pointer"
      />
    </label>
  )
}

const capText = (bytesPerSecond: number | null): string =>
  bytesPerSecond === null ? 'as fast as the link is' : `${formatRate(bytesPerSecond)} · ${capAsBits(bytesPerSecond)}`
