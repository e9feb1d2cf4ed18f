/** A user's saved filters of the machine list: one setting each user, in the text form that the filter box takes. */
import { z } from 'zod'
import { AppError } from '@berth/core/errors/app-error'
import type { DatabaseClient, PrismaClient } from '@berth/prisma/client'
import { readSetting, writeSetting } from '../setting/setting-repo.ts'
import { savedFilterSchema } from './vm-inputs.ts'

export type SavedFilter = z.infer<typeof savedFilterSchema>

const filtersSchema = z.array(savedFilterSchema)
const maxCount = 30
const settingKey = (userId: string): string => `user.${userId}.machineFilters`

export const listSavedFilters = async (db: DatabaseClient, userId: string): Promise<SavedFilter[]> =>
  (await readSetting(db, settingKey(userId), filtersSchema)) ?? []

/** Keeps its place under a name that is there already. Throws INPUT_INVALID where there are too many. */
export function saveFilter(db: PrismaClient, userId: string, saved: SavedFilter): Promise<void> {
  return change(db, userId, (filters) => {
    const at = filters.findIndex(({ name }) => name === saved.name)
    if (at >= 0) return filters.with(at, saved)
    if (filters.length < maxCount) return [...filters, saved]
    throw new AppError('INPUT_INVALID', `name: ${maxCount} filters are saved already; delete one first.`)
  })
}

export const forgetFilter = (db: PrismaClient, userId: string, name: string): Promise<void> =>
  change(db, userId, (filters) => filters.filter((filter) => filter.name !== name))

/** One after the other: two tabs that save at once must not lose one of the two. */
async function change(
  db: PrismaClient,
  userId: string,
  next: (filters: SavedFilter[]) => SavedFilter[],
): Promise<void> {
  await db.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT id FROM "user" WHERE id = ${userId}::uuid FOR NO KEY UPDATE`
    await writeSetting(tx, settingKey(userId), next(await listSavedFilters(tx, userId)))
  })
}
