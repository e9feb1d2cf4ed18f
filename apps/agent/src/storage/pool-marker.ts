/**
 * The file by which a shared pool is known: its id, made once, in the directory itself. Two hosts that find the same id
 * see the same directory; a directory without one is a file system that is not mounted, and nothing is written there.
 */
import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError, toAppError } from '@berth/core/errors/app-error'
import { poolIdSchema, type PoolId } from '@berth/core/ids/ids'
import { z } from 'zod'
import { isMissing, syncDirectory } from './durable-files.ts'

const markerSchema = z.object({ version: z.literal(1), poolId: poolIdSchema })

export const markerPath = (root: string): string => join(root, 'berth-pool.json')

/** The pool that lies there; null where there is none. Throws what the file system says, and POOL_WRONG for a damaged one. */
export async function readMarker(root: string): Promise<PoolId | null> {
  let text: string
  try {
    text = await readFile(markerPath(root), 'utf8')
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
  const marker = z.preprocess(parsedOrNull, markerSchema).safeParse(text)
  if (marker.success) return marker.data.poolId
  throw new AppError(
    'POOL_WRONG',
    `${markerPath(root)} cannot be read as a pool's: it is damaged, or of a newer Berth.`,
  )
}

function parsedOrNull(text: unknown): unknown {
  try {
    return JSON.parse(String(text))
  } catch {
    return null // not JSON: the schema says so
  }
}

/** `wx`: of two hosts that do it at once one wins, and the other finds its id. Answers the id that stands there. */
export async function makeMarker(root: string, poolId: PoolId): Promise<PoolId> {
  try {
    await using handle = await open(markerPath(root), 'wx', 0o644)
    await handle.writeFile(`${JSON.stringify({ version: 1, poolId })}\n`)
    await handle.sync()
  } catch (error) {
    const known = isThere(error) ? await readMarker(root) : null
    if (known === null) throw error
    return known
  }
  await syncDirectory(root)
  return poolId
}

/** Why this is not the pool, in words; null when it is. Never throws. */
export async function markerProblem(root: string, poolId: PoolId): Promise<string | null> {
  try {
    const found = await readMarker(root)
    if (found === poolId) return null
    if (found === null) return `There is no pool in ${root}: its file system is not mounted.`
    return `Another pool lies in ${root} (${found}).`
  } catch (error) {
    return toAppError(error).message
  }
}

const isThere = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'EEXIST'
