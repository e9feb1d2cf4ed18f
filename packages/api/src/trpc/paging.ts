/** Lists are paged by keys: {cursor?, limit?} in, {items, nextCursor} out. A cursor is opaque, and only good for its own sort. */
import { z } from 'zod'
import { AppError } from '@berth/core/errors/app-error'

export const pageInput = {
  cursor: z.string().max(1_000).nullish(),
  limit: z.int().min(1).max(200).default(50),
}

export interface PageCut {
  readonly cursor: string | undefined
  readonly limit: number
}

export interface Page<T> {
  readonly items: T[]
  readonly nextCursor: string | null
}

export const pageCutOf = (input: { cursor?: string | null | undefined; limit: number }): PageCut => ({
  cursor: input.cursor ?? undefined,
  limit: input.limit,
})

const cursorSchema = z.tuple([z.string(), z.uuid()])

export const encodeCursor = (key: readonly [string, string]): string =>
  Buffer.from(JSON.stringify(key)).toString('base64url')

/** The sort key and the id of the last row. Throws INPUT_INVALID for what is no cursor. */
export function decodeCursor(cursor: string): readonly [string, string] {
  try {
    return cursorSchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()))
  } catch (error) {
    throw new AppError('INPUT_INVALID', 'cursor: not one that a list returned.', { cause: error })
  }
}

/** A pattern for LIKE that finds `text` anywhere, with its own wildcards taken literally. */
export const likePattern = (text: string): string => `%${text.replace(/[\\%_]/g, (found) => `\\${found}`)}%`
