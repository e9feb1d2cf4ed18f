/** Where an image's file is within reach. In a shared pool that is every host that has the pool, whoever brought the file. */
import type { DatabaseClient } from '@berth/prisma/client'

export interface ImagePlace {
  readonly hostId: string
  readonly pool: string
}

export async function findImagePlaces(db: DatabaseClient, imageId: string): Promise<ImagePlace[]> {
  return db.$queryRaw<ImagePlace[]>`
    SELECT host_id AS "hostId", pool FROM image_replica WHERE image_id = ${imageId}::uuid AND state = 'ready'
    UNION
    SELECT here.host_id, here.name FROM image_replica replica
    JOIN pool there ON there.host_id = replica.host_id AND there.name = replica.pool
    JOIN pool here ON here.shared_id = there.shared_id
    WHERE replica.image_id = ${imageId}::uuid AND replica.state = 'ready'`
}

export interface ImageSender {
  readonly hostId: string
  readonly name: string
  readonly address: string
  readonly port: number
}

/** The hosts that can send it to another one now, by name: online, with an agent that knows how, and with the file in a pool that works. */
export async function findImageSenders(db: DatabaseClient, imageId: string): Promise<ImageSender[]> {
  return db.$queryRaw<ImageSender[]>`
    SELECT DISTINCT host.id AS "hostId", host.name, host.address, host.port FROM host
    JOIN pool here ON here.host_id = host.id AND here.problem IS NULL
    JOIN image_replica replica ON replica.image_id = ${imageId}::uuid AND replica.state = 'ready'
    JOIN pool there ON there.host_id = replica.host_id AND there.name = replica.pool
    WHERE ((there.host_id = here.host_id AND there.name = here.name) OR there.shared_id = here.shared_id)
      AND host.state = 'online' AND host.revoked_at IS NULL AND 'image-transfer' = ANY(host.capabilities)
    ORDER BY host.name`
}

/**
 * A host loses a shared pool: what it brought there is within reach of the others, and is theirs from now on. What was in a
 * pool that nobody else has is nowhere any more.
 */
export async function handOverReplicas(tx: DatabaseClient, { hostId, pool }: ImagePlace): Promise<void> {
  await tx.$executeRaw`
    UPDATE image_replica SET host_id = heir.host_id
    FROM (SELECT other.host_id FROM pool mine JOIN pool other ON other.shared_id = mine.shared_id
      WHERE mine.host_id = ${hostId}::uuid AND mine.name = ${pool} AND other.host_id <> mine.host_id
      ORDER BY other.host_id LIMIT 1) heir
    WHERE image_replica.host_id = ${hostId}::uuid AND pool = ${pool} AND NOT EXISTS (
      SELECT 1 FROM image_replica known WHERE known.image_id = image_replica.image_id
        AND known.host_id = heir.host_id AND known.pool = ${pool})`
  await tx.imageReplica.deleteMany({ where: { hostId, pool } })
}
