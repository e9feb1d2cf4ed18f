/** Where each disk of a machine would lie on the chosen host: the panel's plan, changed by what was chosen in the dialog. Pure. */
import type { DiskPlan, DiskPoolChoice, DiskWish } from '@berth/core/migration/disk-plan'
import { type MovePolicy, policyMay } from '@berth/core/migration/move-policy'
import { formatBytes } from '../../lib/format.ts'

type TravellingPlan = Extract<DiskPlan, { kind: 'travels' }>

/** Pools that were chosen, by disk. What was chosen for one host says nothing of another. */
export type ChosenPools = Readonly<Record<string, string>>

export interface TravellingRow {
  readonly disk: TravellingPlan
  readonly choice: DiskPoolChoice
}

/** Those that travel, each with the pool that it goes into. */
export function travellingRows(plans: readonly DiskPlan[], chosen: ChosenPools): readonly TravellingRow[] {
  return plans.flatMap((disk) => {
    if (disk.kind !== 'travels') return []
    const byPool = (pool: string | undefined) => disk.choices.find((choice) => choice.pool === pool)
    const choice = byPool(chosen[disk.volumeId]) ?? byPool(disk.targetPool)
    return choice === undefined ? [] : [{ disk, choice }]
  })
}

/** What the panel is asked for: each pool that the dialog shows, so that no other one is taken. */
export const diskWishes = (rows: readonly TravellingRow[]): DiskWish[] =>
  rows.map(({ disk, choice }) => ({ volumeId: disk.volumeId, pool: choice.pool }))

/** The pool that the chosen disks overfill together, in words; null: each has room. */
export function overfullText(rows: readonly TravellingRow[]): string | null {
  for (const { choice } of rows) {
    const together = rows.filter((row) => row.choice.pool === choice.pool)
    const needed = together.reduce((sum, row) => sum + row.choice.needBytes, 0)
    if (needed <= choice.freeBytes) continue
    const disks = together.map(({ disk }) => disk.number).join(' and ')
    return `Disks ${disks} take ${formatBytes(needed)} together; pool ${choice.pool} has ${formatBytes(choice.freeBytes)} free.`
  }
  return null
}

/** A disk must be there before its machine is; null: it is, by this policy. */
export const earlyText = (rows: readonly TravellingRow[], policy: MovePolicy): string | null =>
  rows.length > 0 && policyMay(policy, 'switch')
    ? 'Its disks must be there before it is: choose a policy that does not switch early.'
    : null

/** All that travels, as the dialog's heading says it; null: nothing does. */
export const travelBytes = (rows: readonly TravellingRow[]): number | null =>
  rows.length === 0 ? null : rows.reduce((sum, { choice }) => sum + choice.needBytes, 0)

/** Of a pool in the list of choices. */
export const choiceHint = ({ freeBytes, isFlattened }: DiskPoolChoice): string =>
  `${formatBytes(freeBytes)} free${isFlattened ? ' · as a whole' : ''}`

/** What becomes of the disk in the pool that is chosen for it. */
export const choiceText = ({ needBytes, freeBytes, isFlattened, sentImageBytes }: DiskPoolChoice): string =>
  `Takes about ${formatBytes(needBytes)} of ${formatBytes(freeBytes)} free there.${
    isFlattened ? ' Its image is not in that pool, so it comes as a whole, and shares no blocks with it any more.' : ''
  }${sentImageBytes > 0 ? ` Its image, ${formatBytes(sentImageBytes)} of that, is sent there first and stays for other machines.` : ''}`
