import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { chmod, chown, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { AppError } from '@berth/core/errors/app-error'
import type { PostgresBinaries } from './embedded-binaries.ts'
import type { PostgresUser } from './embedded-user.ts'
import { readIfPresent, type Cluster } from './embedded-postmaster.ts'

const run = promisify(execFile)
const nameFile = 'berth-cluster-name'
const initTimeoutMs = 120_000

export const superuser = 'berth'

export interface ClusterPlace {
  /** Everything of the server lies below; the folder belongs to `user`. */
  dir: string
  user: PostgresUser | undefined
  binaries: PostgresBinaries
  isDurable: boolean
}

/** A folder that only the server's user may enter. */
export async function makePrivateDir(path: string, user: PostgresUser | undefined): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 })
  await chmod(path, 0o700)
  if (user) await chown(path, user.uid, user.gid)
}

/** The cluster that lies in `dir`, or undefined. */
export async function readCluster(dir: string): Promise<Cluster | undefined> {
  const clusterDir = join(dir, 'cluster')
  const name = await readIfPresent(join(clusterDir, nameFile))
  return name === undefined ? undefined : { dir: clusterDir, name }
}

/**
 * The cluster in `place.dir`, made when there is none.
 *
 * initdb works in a folder of its own, which is renamed when complete: what was begun by a killed process is never taken
 * for a cluster, and of two starters one wins.
 */
export async function ensureCluster(place: ClusterPlace): Promise<Cluster> {
  const known = await readCluster(place.dir)
  if (known) return known
  await removeLeftovers(place.dir)
  const partial = join(place.dir, `init-${process.pid}-${randomUUID()}`)
  await makePrivateDir(partial, place.user)
  try {
    await initdb(place, partial)
    await writeFile(join(partial, nameFile), `berth-${randomUUID()}`, { mode: 0o644 })
    await rename(partial, join(place.dir, 'cluster'))
  } catch (error) {
    await rm(partial, { recursive: true, force: true })
    const theirs = await readCluster(place.dir)
    if (theirs) return theirs
    throw error
  }
  const made = await readCluster(place.dir)
  if (!made) throw new AppError('DATABASE_UNAVAILABLE', `The new database cluster in ${place.dir} vanished`)
  return made
}

async function initdb({ binaries, user, isDurable }: ClusterPlace, dir: string): Promise<void> {
  const args = [`--username=${superuser}`, '--auth=trust', '--encoding=UTF8', '--locale=C.UTF-8', '--data-checksums']
  if (!isDurable) args.push('--no-sync')
  try {
    // By way of its working directory the server's user reaches a cluster below folders that are closed to it (/root).
    await run(binaries.initdb, ['-D', '/proc/self/cwd', ...args], { cwd: dir, timeout: initTimeoutMs, ...user })
  } catch (cause) {
    const stderr = cause instanceof Error && 'stderr' in cause ? String(cause.stderr).trim() : ''
    const reason = /error: (.*)/.exec(stderr)?.[1] ?? stderr
    const message = `The database cluster could not be made: ${reason}`
    throw new AppError('DATABASE_UNAVAILABLE', message, { cause, details: { stderr } })
  }
}

/** What starters that were killed during initdb left behind. One that still lives keeps its folder. */
async function removeLeftovers(dir: string): Promise<void> {
  for (const name of await readdir(dir)) {
    const pid = /^init-(\d+)-/.exec(name)?.[1]
    if (pid === undefined || (await readIfPresent(`/proc/${pid}/cmdline`))) continue
    await rm(join(dir, name), { recursive: true, force: true })
  }
}
