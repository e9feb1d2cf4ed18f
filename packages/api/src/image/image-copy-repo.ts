/** Copies of images: which are used, by whom last, and which may be forgotten. */
import type { DatabaseClient } from '@berth/prisma/client'

export interface ImageCopy {
  readonly imageId: string
  readonly hostId: string
  readonly pool: string
}

/**
 * A machine of that host lies on it, has it in its drive, is being made from it, or is on its way there with a disk over it.
 * Whichever pool its copy is in: the agent does not tell them apart either.
 */
export async function isCopyInUse(db: DatabaseClient, { imageId, hostId }: ImageCopy): Promise<boolean> {
  const [row] = await db.$queryRaw<{ isUsed: boolean }[]>`
    SELECT EXISTS (SELECT 1 FROM image_copy_use WHERE image_id = ${imageId}::uuid AND host_id = ${hostId}::uuid) AS "isUsed"`
  return row?.isUsed ?? true
}

/** How many other hosts have it that are online, in pools that work. */
export async function findOtherCopies(db: DatabaseClient, { imageId, hostId }: ImageCopy): Promise<number> {
  const [row] = await db.$queryRaw<{ count: number }[]>`
    SELECT count(DISTINCT host.id)::int AS count FROM image_replica other
    JOIN host ON host.id = other.host_id AND host.state = 'online' AND host.revoked_at IS NULL
    JOIN pool ON pool.host_id = other.host_id AND pool.name = other.pool AND pool.problem IS NULL
    WHERE other.image_id = ${imageId}::uuid AND other.host_id <> ${hostId}::uuid AND other.state = 'ready'`
  return row?.count ?? 0
}

/** Those in use now were used now. */
export async function noteUsedCopies(db: DatabaseClient): Promise<void> {
  await db.$executeRaw`
    UPDATE image_replica SET used_at = now() FROM image_copy_use used
    WHERE used.image_id = image_replica.image_id AND used.host_id = image_replica.host_id
      AND image_replica.state = 'ready' AND image_replica.used_at < now() - interval '1 hour'`
}

export interface ForgettableCopy extends ImageCopy {
  readonly name: string
  readonly hostName: string
}

/**
 * Ready ones that nobody has used for so long and that another host has too, and those whose forgetting was interrupted. Only in
 * pools of one host, and one of each image at a time: in a shared one a copy is everybody's. Not while their host is away, or something is done to the image.
 */
export async function findForgettableCopies(db: DatabaseClient, unusedDays: number): Promise<ForgettableCopy[]> {
  return db.$queryRaw<ForgettableCopy[]>`
    SELECT DISTINCT ON (image.id) image.id AS "imageId", image.name, host.id AS "hostId", host.name AS "hostName", copy.pool FROM image_replica copy
    JOIN image ON image.id = copy.image_id AND image.state = 'ready'
    JOIN host ON host.id = copy.host_id AND host.state = 'online'
    JOIN pool ON pool.host_id = copy.host_id AND pool.name = copy.pool AND pool.shared_id IS NULL AND pool.problem IS NULL
    WHERE (copy.state = 'deleting' OR (copy.state = 'ready'
        AND copy.used_at < now() - ${unusedDays} * interval '1 day'
        AND EXISTS (SELECT 1 FROM image_replica other JOIN host there ON there.id = other.host_id AND there.state = 'online'
          WHERE other.image_id = copy.image_id AND other.host_id <> copy.host_id AND other.state = 'ready')))
      AND NOT EXISTS (SELECT 1 FROM operation o WHERE o.image_id = image.id AND o.kind LIKE 'image.%'
        AND o.status IN ('queued', 'running', 'cancelling'))
      AND (SELECT count(*) FROM operation o WHERE o.image_id = image.id AND o.host_id = host.id
        AND o.kind = 'image.forget' AND o.created_at > now() - interval '1 day') < 3
    ORDER BY image.id, copy.used_at LIMIT 20`
}
