/** The disks that travel with a machine: what the plan of its host says of them, and what the agents are told. Pure. */
import type { DiskPlan, MovedDisk } from '@berth/core/migration/disk-plan'
import { diskFreightSchema, travellingDiskSchema, type DiskFreight } from '@berth/core/migration/move-disks'

export const movedDisksOf = (plans: readonly DiskPlan[]): MovedDisk[] =>
  plans.flatMap((plan) => {
    if (plan.kind !== 'travels') return []
    const { volumeId, number, pool, targetPool, format, sizeBytes, base, needBytes } = plan
    return [{ volumeId, number, fromPool: pool, pool: targetPool, format, sizeBytes, base, needBytes }]
  })

/** As part of a command. Nothing where none travel: agents without "mirror" know no such part. */
export function freightOf(disks: readonly MovedDisk[]): { disks?: DiskFreight[] } {
  if (disks.length === 0) return {}
  const freight = disks.map(({ volumeId, pool, format, sizeBytes, base }) =>
    travellingDiskSchema.parse({ volumeId, pool, format, sizeBytes, base }),
  )
  return { disks: diskFreightSchema.parse(freight) }
}
