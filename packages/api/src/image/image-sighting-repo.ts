/** What hosts say of the images that they should have. */
import type { HostSnapshot } from '@berth/core/agent-contract/agent-events'
import type { PrismaClient } from '@berth/prisma/client'
import { announce } from '../events/outbox-repo.ts'

/**
 * A copy that its host does not name is lost; one that it names again is there. Only in pools that work: what lies in another is
 * not looked at. And not what became ready a moment ago: the host may have spoken before that.
 */
export async function writeImages(
  db: PrismaClient,
  hostId: string,
  { images, pools }: Pick<HostSnapshot, 'images' | 'pools'>,
): Promise<void> {
  const there = images.map(({ imageId }) => imageId)
  const working = pools.flatMap(({ name, problem }) => (problem === null ? [name] : []))
  await db.$transaction(async (tx) => {
    const changed = await tx.$queryRaw<{ imageId: string }[]>`
      UPDATE image_replica SET state = CASE WHEN image_id = ANY(${there}::uuid[]) THEN 'ready' ELSE 'lost' END
      WHERE host_id = ${hostId}::uuid AND pool = ANY(${working}::text[])
        AND ((state = 'ready' AND NOT image_id = ANY(${there}::uuid[]) AND used_at < now() - interval '1 minute')
          OR (state = 'lost' AND image_id = ANY(${there}::uuid[])))
      RETURNING image_id AS "imageId"`
    for (const { imageId } of changed) await announce(tx, { kind: 'image.changed', imageId })
  })
}
