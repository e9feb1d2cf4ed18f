/** The disks that travel with a machine: what the plan of its host says of them, and what the agents are told. Pure. */
import type { BroughtImage, DiskPlan, MovedDisk } from '@berth/core/migration/disk-plan'
import { diskFreightSchema, travellingDiskSchema, type DiskFreight } from '@berth/core/migration/move-disks'

export const movedDisksOf = (plans: readonly DiskPlan[]): MovedDisk[] =>
  plans.flatMap((plan) => {
    if (plan.kind !== 'travels') return []
    const { volumeId, number, pool, targetPool, format, sizeBytes, base, needBytes } = plan
    return [{ volumeId, number, fromPool: pool, pool: targetPool, format, sizeBytes, base, needBytes }]
  })

/** What must come to the other host before those disks; each image once for each pool. */
export function broughtImagesOf(plans: readonly DiskPlan[]): BroughtImage[] {
  const brought = plans.flatMap((plan) =>
    plan.kind === 'travels' && plan.sentImageBytes > 0 && plan.base.kind === 'image'
      ? [{ imageId: plan.base.imageId, pool: plan.targetPool }]
      : [],
  )
  return [...new Map(brought.map((image) => [`${image.imageId} ${image.pool}`, image])).values()]
}

/** For a rehearsal, which sends no image: those that would lie on one that is not there yet stand alone. */
export const withoutBrought = (disks: readonly MovedDisk[], brought: readonly BroughtImage[]): MovedDisk[] =>
  disks.map((disk) => {
    const { base, pool } = disk
    const isMissing = brought.some(
      (image) => base.kind === 'image' && image.imageId === base.imageId && image.pool === pool,
    )
    return isMissing ? { ...disk, base: { kind: 'none' } } : disk
  })

/** As part of a command. Nothing where none travel: agents without "mirror" know no such part. */
export function freightOf(disks: readonly MovedDisk[]): { disks?: DiskFreight[] } {
  if (disks.length === 0) return {}
  const freight = disks.map(({ volumeId, pool, format, sizeBytes, base }) =>
    travellingDiskSchema.parse({ volumeId, pool, format, sizeBytes, base }),
  )
  return { disks: diskFreightSchema.parse(freight) }
}
