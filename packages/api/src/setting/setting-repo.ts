/** Small values by key: what has no table of its own. A key belongs to one module, which gives the schema. */
import type { z } from 'zod'
import type { DatabaseClient, Prisma } from '@berth/prisma/client'

/** The value, or undefined where nothing was set. Throws ZodError when it has another shape. */
export async function readSetting<S extends z.ZodType>(
  db: DatabaseClient,
  key: string,
  schema: S,
): Promise<z.output<S> | undefined> {
  const row = await db.setting.findUnique({ where: { key }, select: { value: true } })
  return row ? schema.parse(row.value) : undefined
}

export async function writeSetting(db: DatabaseClient, key: string, value: Prisma.InputJsonValue): Promise<void> {
  await db.setting.upsert({ where: { key }, create: { key, value }, update: { value } })
}
