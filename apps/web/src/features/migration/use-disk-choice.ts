'use client'
import { sentDiskBytes } from '@berth/core/migration/disk-plan'
import type { HostFitness } from '@berth/core/migration/move-fitness'
import type { MovePolicy } from '@berth/core/migration/move-policy'
import { useState } from 'react'
import { type ChosenPools, diskWishes, earlyText, overfullText, travellingRows } from './disk-choices.ts'
import type { DiskSectionProps } from './disk-section.tsx'

/** The choice of pools for one host; it begins anew with another one. Null: no policy, of a machine that is off. */
export function useDiskChoice({ hostId, disks }: Pick<HostFitness, 'hostId' | 'disks'>, policy: MovePolicy | null) {
  const [choice, setChoice] = useState<{ hostId: string; pools: ChosenPools }>({ hostId, pools: {} })
  const pools = choice.hostId === hostId ? choice.pools : {}
  const rows = travellingRows(disks, pools)
  const problem = overfullText(rows) ?? (policy === null ? null : earlyText(rows, policy))
  const onChoose = (volumeId: string, pool: string) => setChoice({ hostId, pools: { ...pools, [volumeId]: pool } })
  const section: DiskSectionProps = { plans: disks, rows, onChoose, problem }
  const wishes = diskWishes(rows)
  return {
    section,
    problem,
    sentBytes: sentDiskBytes(rows.map(({ choice }) => choice)),
    input: wishes.length === 0 ? {} : { disks: wishes },
  }
}
