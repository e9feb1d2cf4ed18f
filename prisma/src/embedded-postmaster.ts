import { readFile, readdir, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { AppError } from '@berth/core/errors/app-error'

/** A living postmaster, as its pid file describes it. */
export interface Postmaster {
  pid: number
  socketDir: string
  isReady: boolean
}

export interface Cluster {
  dir: string
  /** Unique to this cluster, and in the command line or title of each of its processes. */
  name: string
}

const pollMs = 20

/**
 * The postmaster of this cluster, or undefined when none lives.
 *
 * A pid alone proves nothing, because pids come again after a crash or a container's restart; so the cluster's name must
 * stand in the process's command line. (The working directory would prove it too, but a container's root lacks the
 * capability to read that of another user's process.) Linux only.
 */
export async function findPostmaster(cluster: Cluster): Promise<Postmaster | undefined> {
  const text = await readIfPresent(join(cluster.dir, 'postmaster.pid'))
  if (text === undefined) return undefined
  const lines = text.split('\n')
  const pid = Number(lines[0])
  if (!Number.isInteger(pid) || pid <= 0 || !(await isOfCluster(pid, cluster))) return undefined
  return { pid, socketDir: resolve(cluster.dir, lines[4] ?? ''), isReady: lines[7]?.trim() === 'ready' }
}

/**
 * Removes a pid file whose number now belongs to a program that is no PostgreSQL. The server itself would take that one
 * for its predecessor and refuse to start for ever. It stays while any process of the cluster is left: an orphaned
 * backend may still write.
 */
export async function removeStalePidFile(cluster: Cluster): Promise<void> {
  const path = join(cluster.dir, 'postmaster.pid')
  const pid = Number((await readIfPresent(path))?.split('\n')[0])
  if (!Number.isInteger(pid) || pid <= 0 || (await commandLine(pid)).includes('postgres')) return
  for (const entry of await readdir('/proc')) {
    if (/^\d+$/.test(entry) && (await isOfCluster(Number(entry), cluster))) return
  }
  await rm(path, { force: true })
}

/** Resolves when the process is gone; throws TIMEOUT after `timeoutMs`. */
export async function waitForExit(pid: number, cluster: Cluster, timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs
  while (await isOfCluster(pid, cluster)) {
    if (performance.now() > deadline)
      throw new AppError('TIMEOUT', `PostgreSQL (pid ${pid}) did not end in ${timeoutMs} ms`)
    await delay(pollMs)
  }
}

async function isOfCluster(pid: number, cluster: Cluster): Promise<boolean> {
  return (await commandLine(pid)).includes(cluster.name)
}

/** Empty for a process that is gone, and for a zombie. */
async function commandLine(pid: number): Promise<string> {
  return (await readIfPresent(`/proc/${pid}/cmdline`)) ?? ''
}

/** The file's text, or undefined where there is none (ESRCH: the process ended while /proc was read). */
export async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH'))
      return undefined
    throw error
  }
}
