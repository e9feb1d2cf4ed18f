/**
 * Supervises a PostgreSQL server of our own: makes its cluster, starts it on a unix socket, adopts it when it already
 * runs, stops it.
 *
 * State belongs to the server and its folder, nothing is kept here: the postmaster runs in a session of its own and
 * outlives its starter, so that a dead or restarted panel costs the database nothing. Invariants: at most one postmaster
 * per folder (PostgreSQL's own lock decides between two starters, the loser adopts the winner's); no TCP port; only the
 * server's user and root reach the socket.
 */
import { spawn } from 'node:child_process'
import { mkdir, open, rename, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { AppError, hasErrorCode } from '@berth/core/errors/app-error'
import { findPostgresBinaries } from './embedded-binaries.ts'
import { ensureCluster, makePrivateDir, readCluster, superuser, type ClusterPlace } from './embedded-cluster.ts'
import { choosePostgresUser } from './embedded-user.ts'
import { prepareSocketDir } from './embedded-socket-dir.ts'
import {
  findPostmaster,
  readIfPresent,
  removeStalePidFile,
  waitForExit,
  type Cluster,
  type Postmaster,
} from './embedded-postmaster.ts'

// NODE_ENV says nothing to PostgreSQL; Next's types, which check this file too, require it of every environment.
const serverEnv = { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', TZ: 'UTC', NODE_ENV: 'production' } as const

export interface EmbeddedPostgresOptions {
  /** Folder of the server: `cluster/`, `socket/`, `server.log`. Made when missing; from then on the server user's own. */
  dir: string
  /** Another folder for the socket, whose parent exists. Default: `dir/socket`, or a short one where that is too long. */
  socketDir?: string
  /** Made on the first start. Default: berth. */
  database?: string
  /** False: no fsync anywhere, for tests. A power cut then loses the cluster. Default: true. */
  isDurable?: boolean
  /** Until the server takes connections, crash recovery included. Default: 60 s. */
  startTimeoutMs?: number
}

export interface EmbeddedPostgres {
  /** For pg, Prisma and graphile-worker alike. */
  url: string
  socketDir: string
  pid: number
  /** Ends all sessions and waits for the server's exit. A server that is gone already is no error. */
  stop(): Promise<void>
  /** The same as stop(): for tests. A panel must not dispose of it. */
  [Symbol.asyncDispose](): Promise<void>
}

const maxLogBytes = 16 * 1024 * 1024
const retryMs = 100
const stopTimeoutMs = 30_000

/**
 * Starts the server of `options.dir`, or adopts the one that runs there. Resolves when it takes connections and the
 * database exists. Throws DATABASE_UNAVAILABLE, with the server's last lines in `details.log`.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const dir = resolve(options.dir)
  const user = await choosePostgresUser()
  await mkdir(dir, { recursive: true })
  await makePrivateDir(dir, user)
  const binaries = await findPostgresBinaries(user !== undefined)
  const place = { dir, user, binaries, isDurable: options.isDurable ?? true }
  const cluster = await ensureCluster(place)
  const socketDir = await prepareSocketDir(place, options.socketDir)
  const deadline = performance.now() + (options.startTimeoutMs ?? 60_000)
  const postmaster = await startOrAdopt({ place, cluster, socketDir, deadline })
  return handleOf(cluster, postmaster, options.database ?? 'berth')
}

/** The server that runs in this folder, or undefined. Its database is there, unless the first start was cut short. */
export async function findEmbeddedPostgres(dir: string, database = 'berth'): Promise<EmbeddedPostgres | undefined> {
  const cluster = await readCluster(resolve(dir))
  const postmaster = cluster && (await findPostmaster(cluster))
  if (!cluster || !postmaster?.isReady) return undefined
  return makeHandle(cluster, postmaster, database)
}

interface StartAttempt {
  place: ClusterPlace
  cluster: Cluster
  socketDir: string
  deadline: number
}

async function startOrAdopt(attempt: StartAttempt): Promise<Postmaster> {
  const { place, cluster, deadline } = attempt
  let child: { exited: boolean } | undefined
  for (;;) {
    const found = await findPostmaster(cluster)
    if (found?.isReady) return found
    // After a crash the old server's children hold its shared memory for a moment, and each try ends at once: try again.
    if (!found && (!child || child.exited)) {
      await removeStalePidFile(cluster)
      child = await spawnPostmaster(attempt)
    }
    if (performance.now() > deadline) {
      const log = await lastLines(join(place.dir, 'server.log'))
      throw new AppError('DATABASE_UNAVAILABLE', `PostgreSQL did not start: ${log.at(-1) ?? 'it wrote no log'}`, {
        component: 'database',
        details: { log },
      })
    }
    await delay(found || !child?.exited ? retryMs / 4 : retryMs)
  }
}

async function spawnPostmaster({ place, cluster, socketDir }: StartAttempt): Promise<{ exited: boolean }> {
  const settings = {
    cluster_name: cluster.name,
    listen_addresses: '',
    unix_socket_directories: socketDir,
    unix_socket_permissions: '0700',
    max_connections: '100',
    shared_buffers: '64MB',
    log_checkpoints: 'off',
    ...(place.isDurable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  }
  const args = Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`])
  await using log = await openLog(join(place.dir, 'server.log'))
  const child = spawn(place.binaries.postgres, ['-D', '/proc/self/cwd', ...args], {
    cwd: cluster.dir,
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
    env: serverEnv,
    ...place.user,
  })
  const state = { exited: false }
  child.once('exit', () => (state.exited = true))
  child.once('error', () => (state.exited = true))
  child.unref()
  return state
}

async function handleOf(cluster: Cluster, postmaster: Postmaster, database: string): Promise<EmbeddedPostgres> {
  const client = new pg.Client({ connectionString: urlOf(postmaster.socketDir, 'postgres') })
  // A server that ends again at once says so to the query that waits; without a listener it would end this process too.
  client.on('error', () => undefined)
  await client.connect()
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [database])
    if (rowCount === 0) await createDatabase(client, database)
  } finally {
    await client.end()
  }
  return makeHandle(cluster, postmaster, database)
}

async function createDatabase(client: pg.Client, database: string): Promise<void> {
  try {
    await client.query(`CREATE DATABASE ${client.escapeIdentifier(database)}`)
  } catch (error) {
    // 42P04 and 23505: another starter made it between our question and our command.
    if (!(error instanceof pg.DatabaseError && (error.code === '42P04' || error.code === '23505'))) throw error
  }
}

function makeHandle(cluster: Cluster, postmaster: Postmaster, database: string): EmbeddedPostgres {
  const { pid, socketDir } = postmaster
  const stop = (): Promise<void> => stopPostmaster(cluster, pid)
  return { url: urlOf(socketDir, database), socketDir, pid, stop, [Symbol.asyncDispose]: stop }
}

async function stopPostmaster(cluster: Cluster, pid: number): Promise<void> {
  const found = await findPostmaster(cluster)
  if (found?.pid !== pid) return
  process.kill(pid, 'SIGINT')
  try {
    await waitForExit(pid, cluster, stopTimeoutMs)
  } catch (error) {
    if (!hasErrorCode(error, 'TIMEOUT')) throw error
    // "Immediate" leaves recovery to the next start; no committed transaction is lost.
    process.kill(pid, 'SIGQUIT')
    await waitForExit(pid, cluster, stopTimeoutMs)
  }
}

function urlOf(socketDir: string, database: string): string {
  return `postgresql://${superuser}@localhost/${encodeURIComponent(database)}?host=${encodeURIComponent(socketDir)}`
}

/** Appends; a log that has grown large becomes `server.log.1` first, so that two of them bound the disk it takes. */
async function openLog(path: string) {
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  )
  if (size > maxLogBytes) await rename(path, `${path}.1`)
  return open(path, 'a', 0o600)
}

async function lastLines(path: string): Promise<string[]> {
  const text = (await readIfPresent(path)) ?? ''
  return text.trim().split('\n').slice(-10)
}
