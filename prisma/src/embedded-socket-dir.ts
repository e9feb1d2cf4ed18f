import { createHash } from 'node:crypto'
import { chown, lstat, mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { AppError } from '@berth/core/errors/app-error'
import type { PostgresUser } from './embedded-user.ts'

// sun_path holds 108 bytes with its final zero; the rest is PostgreSQL's own file name with its lock's suffix.
const maxPathBytes = 107 - '/.s.PGSQL.5432.lock'.length

export interface SocketPlace {
  dir: string
  user: PostgresUser | undefined
}

/**
 * Makes the folder of the server's socket and returns the server's setting for it, which may be relative to its cluster:
 * that is how its user reaches it below closed folders. `dir/socket` where that path is short enough, else `wanted`, else
 * a short one of the system. Throws DATABASE_UNAVAILABLE when it is too long or not ours.
 */
export async function prepareSocketDir(place: SocketPlace, wanted: string | undefined): Promise<string> {
  const own = join(place.dir, 'socket')
  const socketDir = resolve(wanted ?? (fits(own) ? own : shortDir(place.dir)))
  if (!fits(socketDir)) {
    throw new AppError(
      'DATABASE_UNAVAILABLE',
      `The socket folder's path is longer than ${maxPathBytes} bytes: ${socketDir}`,
    )
  }
  await makeDir(socketDir, place.user)
  return socketDir === own ? '../socket' : socketDir
}

function fits(path: string): boolean {
  return Buffer.byteLength(path) <= maxPathBytes
}

function shortDir(dir: string): string {
  const tag = createHash('sha256').update(dir).digest('hex').slice(0, 12)
  return join(process.getuid?.() === 0 ? '/run' : tmpdir(), `berth-postgres-${tag}`)
}

async function makeDir(path: string, user: PostgresUser | undefined): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 })
    if (user) await chown(path, user.uid, user.gid)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    await checkOwner(path, user)
  }
}

/** In a folder that all may write to, somebody else may have been there first, and would pass for our database. */
async function checkOwner(path: string, user: PostgresUser | undefined): Promise<void> {
  const found = await lstat(path)
  const isOurs = found.uid === (user?.uid ?? process.getuid?.()) || found.uid === 0
  if (found.isDirectory() && isOurs && (found.mode & 0o022) === 0) {
    if (user && found.uid === 0) await chown(path, user.uid, user.gid)
    return
  }
  throw new AppError('DATABASE_UNAVAILABLE', `The socket folder ${path} belongs to another user (uid ${found.uid})`)
}
