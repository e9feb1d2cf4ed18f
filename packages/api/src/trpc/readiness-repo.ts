import type { DatabaseClient } from '@berth/prisma/client'

/** Throws when the database does not answer. */
export async function pingDatabase(db: DatabaseClient): Promise<void> {
  await db.$queryRaw`SELECT 1`
}
