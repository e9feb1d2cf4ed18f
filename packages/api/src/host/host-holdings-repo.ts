/** What would be lost with a host: what its row's removal must wait for. */
import { AppError } from '@berth/core/errors/app-error'
import type { DatabaseClient } from '@berth/prisma/client'
import type { HostHolding } from '@berth/core/host/host-holding'
import { announce } from '../events/outbox-repo.ts'
import { handOverReplicas } from '../image/image-place-repo.ts'

/** Of each kind at most this many are named; the counts are whole. */
const namedPerKind = 20

/**
 * Machines, those on their way to it too, images whose file is ready nowhere else, networks that are only there, and disks that belong to no machine but
 * were kept. Nothing of a kind: not in the list. Of a host that is not there (any more) its images are no reason: nobody can read
 * them, and it could never be removed.
 */
export async function findHostHoldings(db: DatabaseClient, hostId: string, isThere = true): Promise<HostHolding[]> {
  const rows = await db.$queryRaw<{ kind: HostHolding['kind']; id: string; name: string }[]>`
    SELECT 'machine' AS kind, id, name FROM vm WHERE deleted_at IS NULL AND (host_id = ${hostId}::uuid
      OR EXISTS (SELECT 1 FROM move JOIN operation o ON o.id = move.operation_id WHERE move.vm_id = vm.id
        AND move.target_host_id = ${hostId}::uuid AND o.status IN ('queued', 'running', 'cancelling')))
    UNION ALL
    SELECT DISTINCT 'image', image.id, image.name FROM image
      JOIN image_replica here ON here.image_id = image.id AND here.host_id = ${hostId}::uuid
      WHERE ${isThere} AND here.state IN ('importing', 'ready') AND NOT EXISTS (SELECT 1 FROM image_replica other
        WHERE other.image_id = image.id AND other.host_id <> ${hostId}::uuid AND other.state = 'ready')
      AND NOT EXISTS (SELECT 1 FROM pool mine JOIN pool other ON other.shared_id = mine.shared_id
        WHERE mine.host_id = here.host_id AND mine.name = here.pool AND other.host_id <> mine.host_id)
    UNION ALL
    SELECT 'network', id, name FROM network WHERE host_id = ${hostId}::uuid
    UNION ALL
    SELECT 'disk', volume.id, volume.id::text FROM volume LEFT JOIN vm ON vm.id = volume.vm_id AND vm.deleted_at IS NULL
      WHERE volume.host_id = ${hostId}::uuid AND vm.id IS NULL AND volume.state <> 'planned'
    ORDER BY 1, 3`
  const kinds = [...new Set(rows.map((row) => row.kind))]
  return kinds.map((kind) => {
    const ofKind = rows.filter((row) => row.kind === kind)
    return { kind, count: ofKind.length, items: ofKind.slice(0, namedPerKind).map(({ id, name }) => ({ id, name })) }
  })
}

/** The row, and what hangs on it alone; images that it brought to shared pools are the other hosts'. Tombstones of machines keep their history and lose their host. */
export async function deleteHostRow(tx: DatabaseClient, hostId: string): Promise<void> {
  await tx.vm.updateMany({ where: { hostId, deletedAt: { not: null } }, data: { hostId: null } })
  await tx.volume.deleteMany({ where: { hostId } })
  const shared = await tx.pool.findMany({ where: { hostId, sharedId: { not: null } }, select: { name: true } })
  for (const { name } of shared) await handOverReplicas(tx, { hostId, pool: name })
  const images = await tx.imageReplica.findMany({ where: { hostId }, select: { imageId: true }, distinct: ['imageId'] })
  await tx.imageReplica.deleteMany({ where: { hostId } })
  await tellLostImages(
    tx,
    images.map(({ imageId }) => imageId),
  )
  await tx.host.delete({ where: { id: hostId }, select: { id: true } })
}

/** An image that was only there is none that machines can be made of: it says so, and can be imported again, or deleted. */
async function tellLostImages(tx: DatabaseClient, imageIds: readonly string[]): Promise<void> {
  const reason = new AppError('IMAGE_NOT_FOUND', 'File lost: the only host that had it was removed.').toWire()
  await tx.$executeRaw`
    UPDATE image SET state = 'failed', error = ${JSON.stringify(reason)}::jsonb
    WHERE id = ANY(${[...imageIds]}::uuid[]) AND state IN ('importing', 'ready')
      AND NOT EXISTS (SELECT 1 FROM image_replica other WHERE other.image_id = image.id)`
  for (const imageId of imageIds) await announce(tx, { kind: 'image.changed', imageId })
}
